import type { ConnectionState, MusterClient, MusterError, SessionConnection } from '@muster/client';
import { useEffect, useState } from 'preact/hooks';
import { problemOf } from '../installation/use-polled.js';

export interface LiveConnection {
  state: ConnectionState;
  /** Once it was open. */
  connection?: SessionConnection;
  /** Why it is closed. */
  problem?: MusterError;
  /** Messages that are lost for good. */
  lost: number;
}

const connecting: LiveConnection = { state: 'connecting', lost: 0 };

/** One line to the session for as long as the panel is shown, and what became of it. */
export function useConnection(client: MusterClient, sessionId: string): LiveConnection & { connectAgain(): void } {
  const [live, setLive] = useState(connecting);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    const change = (next: (before: LiveConnection) => LiveConnection): void => {
      if (!leaving.signal.aborted) setLive(next);
    };
    change(() => connecting);
    const begin = (connection: SessionConnection): void => {
      if (leaving.signal.aborted) return connection.close();
      leaving.signal.addEventListener('abort', () => connection.close());
      connection.on('state', ({ state, error }) => change((before) => ({ ...before, state, problem: error })));
      connection.on('gap', ({ firstSeq, lastSeq }) =>
        change((before) => ({ ...before, lost: before.lost + lastSeq - firstSeq + 1 })),
      );
      change(() => ({ state: connection.state, connection, lost: 0 }));
    };
    client
      .connect(sessionId)
      .then(begin, (error: unknown) => change(() => ({ state: 'closed', problem: problemOf(error), lost: 0 })));
    return () => leaving.abort();
  }, [client, sessionId, attempt]);
  return { ...live, connectAgain: () => setAttempt(attempt + 1) };
}

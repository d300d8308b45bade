import type { Encoded } from '@muster/relay';
import type { RawData, WebSocket } from 'ws';

/** What came over a `ws` socket: text as text, bytes as they are. */
export function encodedOf(data: RawData, isBinary: boolean): Encoded {
  const bytes = data as Buffer;
  return isBinary ? bytes : bytes.toString('utf8');
}

/** Pings at every beat; calls `onDead` once when a whole beat passed without any sign of life. The answer ends it. */
export function keepAlive(
  socket: WebSocket,
  { after, heartbeatMs }: { after: (ms: number, task: () => void) => () => void; heartbeatMs: number },
  { isExcused, onDead }: { isExcused: () => boolean; onDead: () => void },
): () => void {
  let hasHeard = true;
  const heard = (): void => {
    hasHeard = true;
  };
  for (const sign of ['pong', 'ping', 'message']) socket.on(sign, heard);
  const beat = (): void => {
    if (!hasHeard && !isExcused()) return onDead();
    hasHeard = false;
    socket.ping();
    cancel = after(heartbeatMs, beat);
  };
  let cancel = after(heartbeatMs, beat);
  return () => cancel();
}

import type { MusterError } from '@muster/client';
import type { SessionView } from '@muster/contracts';
import { useState } from 'preact/hooks';
import { useInstallation } from '../installation/use-installation.js';
import { problemOf } from '../installation/use-polled.js';
import { ConfirmDialog } from '../parts/confirm-dialog.js';
import { ProblemNotice } from '../parts/problem-notice.js';

const over: ReadonlySet<string> = new Set(['closing', 'closed', 'failed']);

/** Ends the session, for who may; asks before. */
export function CloseSession({ session, onClosed }: { session: SessionView; onClosed(): void }) {
  const installation = useInstallation();
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<MusterError>();
  const mayEnd =
    installation.may('sessions:write-all') ||
    (installation.may('sessions:write') && session.owner === installation.user.id);
  if (!mayEnd || over.has(session.state)) return null;
  const close = async (): Promise<void> => {
    setAsking(false);
    setProblem(undefined);
    try {
      await installation.client.sessions.close(session.id);
    } catch (error) {
      setProblem(problemOf(error));
    }
    onClosed();
  };
  return (
    <div class="close-session">
      <button onClick={() => setAsking(true)}>Close session</button>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <ConfirmDialog
        title="Close this session?"
        action="Close it"
        isOpen={isAsking}
        onConfirm={() => void close()}
        onCancel={() => setAsking(false)}
      >
        <p>Its workers end, and what they hold in memory is lost.</p>
      </ConfirmDialog>
    </div>
  );
}

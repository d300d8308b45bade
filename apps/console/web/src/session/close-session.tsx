import type { SessionView } from '@muster/contracts';
import { useState } from 'preact/hooks';
import { useInstallation } from '../installation/use-installation.js';
import { ConfirmDialog } from '../parts/confirm-dialog.js';

const over: ReadonlySet<string> = new Set(['closing', 'closed', 'failed']);

/** Ends the session, for who may; asks before. */
export function CloseSession({ session, onClosed }: { session: SessionView; onClosed(): void }) {
  const installation = useInstallation();
  const [isAsking, setAsking] = useState(false);
  const mayEnd =
    installation.may('sessions:write-all') ||
    (installation.may('sessions:write') && session.owner === installation.user.id);
  if (!mayEnd || over.has(session.state)) return null;
  const close = async (): Promise<void> => {
    await installation.client.sessions.close(session.id);
    onClosed();
  };
  return (
    <div class="close-session">
      <button onClick={() => setAsking(true)}>Close session</button>
      {isAsking && (
        <ConfirmDialog
          title="Close this session?"
          action="Close session"
          isDestructive
          onConfirm={close}
          onClose={() => setAsking(false)}
        >
          <p>Its workers end, and what they hold in memory is lost.</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

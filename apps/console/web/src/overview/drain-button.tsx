import type { MusterError } from '@muster/client';
import type { DrainNode, NodeView } from '@muster/contracts';
import { useState } from 'preact/hooks';
import { useInstallation } from '../installation/use-installation.js';
import { problemOf } from '../installation/use-polled.js';
import { ConfirmDialog } from '../parts/confirm-dialog.js';
import { ProblemNotice } from '../parts/problem-notice.js';

export interface DrainButtonProps {
  node: NodeView;
  onChange: () => void;
}

/** Gives a node no new work, after a question; or work again. */
export function DrainButton({ node, onChange }: DrainButtonProps) {
  const { client } = useInstallation();
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<MusterError>();
  const tell = async (verb: 'drain' | 'undrain', body: DrainNode): Promise<void> => {
    await client.request('POST', `/v1/nodes/${encodeURIComponent(node.id)}/${verb}`, { body, repeatable: true });
    onChange();
  };
  const undrain = (): void => {
    setProblem(undefined);
    tell('undrain', {}).catch((error: unknown) => setProblem(problemOf(error)));
  };
  return (
    <>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <p class="actions">
        {node.drain === undefined ? (
          <button key="tell" onClick={() => setAsking(true)}>
            Drain …
          </button>
        ) : (
          <button key="tell" onClick={undrain}>
            Give it work again
          </button>
        )}
      </p>
      {isAsking && (
        <ConfirmDialog
          title={`Drain ${node.name}?`}
          action="Drain"
          onConfirm={(fields) => tell('drain', reasonOf(fields))}
          onClose={() => setAsking(false)}
        >
          <p>It gets no new work. What runs there goes on until its sessions end.</p>
          <label>
            Why
            <input name="reason" maxLength={512} placeholder="Shown to operators" autocomplete="off" />
          </label>
        </ConfirmDialog>
      )}
    </>
  );
}

function reasonOf(fields: FormData): DrainNode {
  const reason = fields.get('reason');
  return typeof reason === 'string' && reason.trim() !== '' ? { reason: reason.trim() } : {};
}

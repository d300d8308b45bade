import type { WorkerView } from '@muster/contracts';
import { ago, count } from '@muster/wording';
import { StateBadge } from '../parts/state-badge.js';
import { NodeName } from './node-name.js';
import { useNow } from './use-now.js';

export interface WorkerTableProps {
  workers: readonly WorkerView[];
  /** The worker whose log is shown. */
  role: string | undefined;
  choose(role: string): void;
}

/** The members of a session: where each runs, how, and why not. */
export function WorkerTable({ workers, role, choose }: WorkerTableProps) {
  const now = useNow(10_000);
  const running = workers.filter(({ state }) => state === 'running').length;
  return (
    <section class="card workers" aria-labelledby="workers-title">
      <header class="card-head">
        <h2 id="workers-title">Workers</h2>
        <span class="quiet">
          {running} of {count(workers.length, 'worker')} running
        </span>
      </header>
      <div class="scrolled" tabIndex={workers.length > 8 ? 0 : undefined} role="group" aria-labelledby="workers-title">
        <table class="worker-table">
          <thead>
            <tr>
              <th scope="col">Role</th>
              <th scope="col">State</th>
              <th scope="col">Type</th>
              <th scope="col">Node</th>
              <th scope="col" class="number">
                Incarnation
              </th>
              <th scope="col">Started</th>
              <th scope="col">
                <span class="for-reader">Log</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {workers.map((worker) => (
              <WorkerRow key={worker.role} worker={worker} now={now} isShown={worker.role === role} choose={choose} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface WorkerRowProps {
  worker: WorkerView;
  now: number;
  isShown: boolean;
  choose(role: string): void;
}

function WorkerRow({ worker, now, isShown, choose }: WorkerRowProps) {
  const { role, state, type, mandatory, node, incarnation, reason, startedAt } = worker;
  return (
    <tr class={isShown ? 'shown' : ''}>
      <th scope="row">
        {role}
        {!mandatory && <span class="tag">optional</span>}
      </th>
      <td>
        <StateBadge state={state} />
        {reason !== undefined && <small class="reason">{reason}</small>}
      </td>
      <td data-title="Type">{type}</td>
      <td data-title="Node">{node === null ? <span class="quiet">none yet</span> : <NodeName name={node} />}</td>
      <td data-title="Incarnation" class="number">
        {incarnation}
      </td>
      <td data-title="Started" title={startedAt ?? undefined}>
        {startedAt === null ? <span class="quiet">not yet</span> : ago(startedAt, now)}
      </td>
      <td class="do">
        <button aria-pressed={isShown} onClick={() => choose(role)}>
          Log<span class="for-reader"> of {role}</span>
        </button>
      </td>
    </tr>
  );
}

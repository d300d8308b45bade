import type { WorkerView } from '@muster/contracts';
import { count } from '@muster/wording';
import { type Column, DataTable } from '../parts/data-table.js';
import { RelativeTime } from '../parts/relative-time.js';
import { StateBadge } from '../parts/state-badge.js';
import { NodeName } from './node-name.js';

export interface WorkerTableProps {
  workers: readonly WorkerView[];
  /** The worker whose log is shown. */
  role: string | undefined;
  choose(role: string): void;
}

/** So many rows stand in the page; more scroll. */
const rowsAtOnce = 8;

/** The members of a session: where each runs, how, and why not. */
export function WorkerTable({ workers, role, choose }: WorkerTableProps) {
  const running = workers.filter(({ state }) => state === 'running').length;
  const scrolls = workers.length > rowsAtOnce && ({ tabIndex: 0, role: 'group', 'aria-label': 'Workers' } as const);
  return (
    <section class="card workers" aria-labelledby="workers-title">
      <header class="card-head">
        <h2 id="workers-title">Workers</h2>
        <span class="quiet">
          {running} of {count(workers.length, 'worker')} running
        </span>
      </header>
      <div class="scrolled" {...scrolls}>
        <DataTable
          caption="Workers of the session"
          columns={columnsOf(role, choose)}
          rows={workers}
          keyOf={(worker) => worker.role}
        />
      </div>
    </section>
  );
}

function columnsOf(shown: string | undefined, choose: (role: string) => void): Column<WorkerView>[] {
  return [
    { title: 'Role', cell: (worker) => <Role worker={worker} /> },
    { title: 'State', cell: (worker) => <State worker={worker} /> },
    { title: 'Type', cell: ({ type }) => type },
    { title: 'Node', cell: ({ node }) => node !== null && <NodeName name={node} /> },
    { title: 'Incarnation', cell: ({ incarnation }) => incarnation },
    { title: 'Started', cell: ({ startedAt }) => startedAt !== null && <RelativeTime time={startedAt} /> },
    {
      title: 'Log',
      cell: ({ role }) => (
        <button class="small" aria-pressed={role === shown} onClick={() => choose(role)}>
          Log<span class="hidden-text"> of {role}</span>
        </button>
      ),
    },
  ];
}

function Role({ worker: { role, mandatory } }: { worker: WorkerView }) {
  return (
    <>
      <strong>{role}</strong>
      {!mandatory && <small class="quiet"> optional</small>}
    </>
  );
}

function State({ worker: { state, reason } }: { worker: WorkerView }) {
  return (
    <div>
      <StateBadge state={state} />
      {reason !== undefined && <small class="reason">{reason}</small>}
    </div>
  );
}

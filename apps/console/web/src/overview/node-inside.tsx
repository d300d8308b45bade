import type { NodeDetail, NodeView, NodeWorkloadView } from '@muster/contracts';
import { bytes, cores } from '@muster/wording';
import { useInstallation } from '../installation/use-installation.js';
import { usePolled } from '../installation/use-polled.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { StateBadge } from '../parts/state-badge.js';
import { Trouble } from '../parts/trouble.js';
import { hrefOf } from '../route.js';
import { DrainButton } from './drain-button.js';

/** What a node's line leaves out: all its hardware, its labels, and what sits on it. */
export function NodeInside({ node, onChange }: { node: NodeView; onChange: () => void }) {
  const installation = useInstallation();
  const read = usePolled<NodeDetail>(`/v1/nodes/${encodeURIComponent(node.id)}`);
  const sits = read.data?.sits ?? [];
  return (
    <div class="inside">
      <Trouble reads={[read]} />
      {sits.length > 0 && (
        <DataTable
          caption={`What sits on ${node.name}`}
          columns={columns}
          rows={sits}
          keyOf={({ worker, incarnation }) => `${worker} ${incarnation}`}
        />
      )}
      {read.data !== undefined && sits.length === 0 && <p class="quiet small">Nothing sits here.</p>}
      <Facts node={node} />
      {installation.may('nodes:drain') && <DrainButton node={node} onChange={onChange} />}
    </div>
  );
}

const columns: readonly Column<NodeWorkloadView>[] = [
  {
    title: 'Session',
    cell: ({ session }) => (
      <a href={hrefOf('sessions', session)}>
        <code>{session}</code>
      </a>
    ),
  },
  { title: 'Role', cell: ({ role }) => role },
  { title: 'State', cell: ({ state }) => <StateBadge state={state} /> },
];

function Facts({ node: { description, free, nodeEpoch } }: { node: NodeView }) {
  const { capacity, allocatable, foreign, os, labels, workerTypes } = description;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Hardware', `${cores(capacity.cpuMillis)} cores, ${bytes(capacity.memoryBytes)} memory`],
    ['Free disk', `${bytes(free.diskBytes)} of ${bytes(allocatable.diskBytes)}`],
    ['Free ports', `${free.ports} of ${allocatable.ports}`],
    ['Others have', foreign && `${cores(foreign.cpuMillis)} cores, ${bytes(foreign.memoryBytes)} memory`],
    ['System build', os.build],
    ['Runs only', workerTypes?.join(', ')],
    ['Labels', labelsText(labels)],
    ['Starts', String(nodeEpoch)],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value !== undefined &&
          value !== '' && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function labelsText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join(', ');
}

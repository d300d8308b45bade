import type { HardwareAmounts, NodeDetail, NodeView, NodeWorkloadView } from '@muster/contracts';
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
    title: 'Workload',
    cell: ({ session, role }) => (
      <>
        {role} of{' '}
        <a href={hrefOf('sessions', session)}>
          <code>{session}</code>
        </a>
      </>
    ),
  },
  { title: 'State', cell: ({ state }) => <StateBadge state={state} /> },
];

function Facts({ node: { description, free } }: { node: NodeView }) {
  const { capacity, allocatable, foreign, os, labels, workerTypes } = description;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Hardware', amountsInWords(capacity)],
    ['Free disk', `${bytes(free.diskBytes)} of ${bytes(allocatable.diskBytes)}`],
    ['Free ports', `${free.ports} of ${allocatable.ports}`],
    ['Others have', foreign && amountsInWords(foreign)],
    ['System build', os.build],
    ['Runs only', workerTypes?.join(', ')],
    ['Labels', labelsText(labels)],
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

function amountsInWords({ cpuMillis, memoryBytes }: HardwareAmounts): string {
  return `${cores(cpuMillis)} ${cpuMillis === 1000 ? 'core' : 'cores'}, ${bytes(memoryBytes)} memory`;
}

function labelsText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join(', ');
}

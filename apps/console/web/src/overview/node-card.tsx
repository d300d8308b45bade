import type { NodeView } from '@muster/contracts';
import { bytes, cores, count, duration } from '@muster/wording';
import { useState } from 'preact/hooks';
import type { NameOf } from '../installation/use-names.js';
import { Meter } from '../parts/meter.js';
import { RelativeTime } from '../parts/relative-time.js';
import { StateBadge } from '../parts/state-badge.js';
import { NodeGpus } from './node-gpus.js';
import { NodeInside } from './node-inside.js';

export interface NodeCardProps {
  node: NodeView;
  nameOf: NameOf;
  onChange: () => void;
}

/** One node: what it is, what is taken of it, and what stops it; opened also what sits on it. */
export function NodeCard({ node, nameOf, onChange }: NodeCardProps) {
  const [isOpen, setOpen] = useState(false);
  const { name, state, free, description, pressure, drain } = node;
  const { allocatable } = description;
  return (
    <li class="node">
      <div class="node-head">
        <h3>{name}</h3>
        <StateBadge state={state} />
      </div>
      <p class="quiet small">
        {description.os.family}/{description.arch}, {description.backend}
        {description.pools.length > 0 && `, ${description.pools.length === 1 ? 'pool' : 'pools'} `}
        {description.pools.join(', ')}
      </p>
      {pressure !== undefined && <p class="warning small">Takes no more for the moment: {pressure}</p>}
      {drain !== undefined && (
        <p class="warning small">
          Drained by {nameOf(drain.by)} <RelativeTime time={drain.at} />
          {drain.reason !== undefined && `: ${drain.reason}`}
        </p>
      )}
      <div class="meters">
        <Meter label="Cores" used={allocatable.cpuMillis - free.cpuMillis} total={allocatable.cpuMillis} say={cores} />
        <Meter
          label="Memory"
          used={allocatable.memoryBytes - free.memoryBytes}
          total={allocatable.memoryBytes}
          say={bytes}
        />
      </div>
      <NodeGpus gpus={node.gpus} />
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          {count(node.workloads, 'workload')}
          <span class="quiet">, {reported(node.lastReportAgoMs)}</span>
        </summary>
        {isOpen && <NodeInside node={node} onChange={onChange} />}
      </details>
    </li>
  );
}

/** A node reports all the time: how many seconds exactly would only flicker. */
function reported(agoMs: number): string {
  return agoMs < quietMs ? 'reported just now' : `reported ${duration(agoMs)} ago`;
}

const quietMs = 10_000;

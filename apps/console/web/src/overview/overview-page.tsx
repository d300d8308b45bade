import type { NodePage, QueuePage, SessionPage, SystemView } from '@muster/contracts';
import { useInstallation } from '../installation/use-installation.js';
import { useNames } from '../installation/use-names.js';
import { usePolled } from '../installation/use-polled.js';
import { Trouble } from '../parts/trouble.js';
import { concernsOf } from './concerns.js';
import { NodesPanel } from './nodes-panel.js';
import './overview.css';
import { QueuePanel } from './queue-panel.js';
import { ServicesPanel } from './services-panel.js';
import { SessionList } from './session-list.js';
import { Summary } from './summary.js';
import { useSessionPages } from './use-session-pages.js';

/** What runs, what waits and why, and on what; as far as this user may see it. */
export function OverviewPage() {
  const installation = useInstallation();
  const [seesSystem, seesNodes] = [installation.may('system:read'), installation.may('nodes:read')];
  const system = usePolled<SystemView>(seesSystem ? '/v1/system' : undefined);
  const nodes = usePolled<NodePage>(seesNodes ? '/v1/nodes' : undefined);
  const queue = usePolled<QueuePage>(installation.may('queue:read') ? '/v1/queue' : undefined);
  const degraded = usePolled<SessionPage>('/v1/sessions?state=degraded&limit=50');
  const sessions = useSessionPages();
  const nameOf = useNames();
  const seen = { system: system.data, nodes: nodes.data?.items, degraded: degraded.data };
  const reads = [system, nodes, queue, degraded, sessions.read];
  return (
    <div class={seesSystem || seesNodes ? 'overview' : 'overview mine'}>
      <div class="top-line">
        <Summary
          system={system.data}
          seesHealth={seesSystem}
          concerns={system.data === undefined || reads.some(({ error }) => error) ? undefined : concernsOf(seen)}
          nodes={nodes.data && countReady(nodes.data)}
        />
        <Trouble reads={reads} />
      </div>
      {installation.may('queue:read') && <QueuePanel queue={queue.data} nameOf={nameOf} />}
      <SessionList pages={sessions} nameOf={nameOf} />
      {seesNodes && <NodesPanel page={nodes.data} nameOf={nameOf} onChange={nodes.refresh} />}
      {seesSystem && <ServicesPanel system={system.data} />}
    </div>
  );
}

function countReady({ items }: NodePage): { ready: number; all: number } {
  return { ready: items.filter(({ state }) => state === 'ready').length, all: items.length };
}

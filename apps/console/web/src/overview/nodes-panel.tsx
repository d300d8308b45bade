import type { NodePage } from '@muster/contracts';
import type { NameOf } from '../installation/use-names.js';
import { EmptyState } from '../parts/empty-state.js';
import { NodeCard } from './node-card.js';

export interface NodesPanelProps {
  page: NodePage | undefined;
  nameOf: NameOf;
  /** A node was told something. */
  onChange: () => void;
}

export function NodesPanel({ page, nameOf, onChange }: NodesPanelProps) {
  return (
    <section class="card nodes" aria-labelledby="nodes">
      <div class="panel-head">
        <h2 id="nodes">Nodes</h2>
        {page?.nextCursor !== undefined && <p class="quiet">the first {page.items.length}</p>}
      </div>
      {page?.items.length === 0 && (
        <EmptyState title="No node has reported">
          Start a local directory on each computer that may host workers; it reports by itself.
        </EmptyState>
      )}
      <ul>
        {page?.items.map((node) => (
          <NodeCard key={node.id} node={node} nameOf={nameOf} onChange={onChange} />
        ))}
      </ul>
    </section>
  );
}

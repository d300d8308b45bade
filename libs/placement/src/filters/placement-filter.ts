import type { BookedNode } from '../booked-node.js';
import type { Need } from '../need.js';

/** One reason for which a node may be unable to host a request. Holds no state between calls. */
export interface PlacementFilter {
  /** As it appears in explanations. */
  readonly name: string;
  /** Whether the request asks for what this filter looks at; if not, the filter is left out. */
  applies(need: Need): boolean;
  passes(need: Need, node: BookedNode): boolean;
  /** Sorts refused nodes whose reasons differ; each kind is counted on its own. Absent: all are of one kind. */
  kind?(need: Need, node: BookedNode): string;
  /** What `nodes` (at least one, all refused, all of `kind`) lack, to be read after their number. */
  explain(need: Need, nodes: readonly BookedNode[], kind: string): string;
}

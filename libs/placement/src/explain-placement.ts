import type { BookedNode } from './booked-node.js';
import { explain } from './explain.js';
import { resolve, type Unit, unitsOf } from './gang.js';
import type { PlacementExplanation, PlacementRequest } from './placement-request.js';

/** How many nodes of the book would do for one request, and why the others would not; its `peers` stand where they are. */
export function explainPlacement(request: PlacementRequest, book: readonly BookedNode[]): PlacementExplanation {
  const [unit] = unitsOf([request]) as [Unit];
  return explain(resolve(unit[0], unit, new Map()), book);
}

import type { NodeId } from '@muster/contracts';
import type { BookedNode } from '@muster/placement';

/**
 * The lines of the book in one array that stays the same value as long as nothing is touched: between two decisions few
 * lines change, and a large book is not written anew for each.
 */
export class BookLines {
  private lines: readonly BookedNode[] = [];
  private readonly places = new Map<NodeId, number>();
  private readonly touched = new Set<NodeId>();
  private isComplete = false;

  constructor(private readonly lineOf: (id: NodeId) => BookedNode) {}

  /** The line of a node is different now, or is there for the first time. */
  touch(id: NodeId): void {
    this.touched.add(id);
    if (!this.places.has(id)) this.isComplete = false;
  }

  /** A node is gone. */
  remove(id: NodeId): void {
    this.touched.delete(id);
    this.isComplete = false;
  }

  /** A value: never changed in place. */
  all(ids: Iterable<NodeId>): readonly BookedNode[] {
    if (!this.isComplete) return this.writeAnew([...ids]);
    if (this.touched.size === 0) return this.lines;
    const lines = [...this.lines];
    for (const id of this.touched) lines[this.places.get(id) as number] = this.lineOf(id);
    this.touched.clear();
    return (this.lines = lines);
  }

  private writeAnew(ids: readonly NodeId[]): readonly BookedNode[] {
    this.places.clear();
    this.touched.clear();
    for (const [place, id] of ids.entries()) this.places.set(id, place);
    this.isComplete = true;
    return (this.lines = ids.map((id) => this.lineOf(id)));
  }
}

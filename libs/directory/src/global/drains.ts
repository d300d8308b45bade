import { DuplicateKey, type Collection, type CollectionDefinition, type StoredDocument } from '@muster/store';
import type { NodeId } from '@muster/contracts';
import type { NodeBook } from './node-book.js';

/** A node that takes no new work because somebody said so. One document per node. */
export interface DrainDocument extends StoredDocument {
  _id: NodeId;
  version: 1;
  by: string;
  reason: string | null;
  /** Wall clock. */
  atMs: number;
}

export const drainCollection: CollectionDefinition = { name: 'drains', indexes: [] };

/** Drain marks: kept in the database, shared by all replicas, which read them again and again. */
export class Drains {
  private marks: ReadonlyMap<NodeId, DrainDocument> = new Map();
  private readings = 0;
  private newestReading = 0;

  constructor(
    private readonly documents: Collection<DrainDocument>,
    private readonly book: NodeBook,
  ) {}

  get(id: NodeId): DrainDocument | undefined {
    return this.marks.get(id);
  }

  /** Twice is once: the first mark stays. */
  async drain(mark: Omit<DrainDocument, 'rev'>): Promise<void> {
    try {
      await this.documents.insert(mark);
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
    }
    await this.refresh();
  }

  /** Of a node that is not drained: succeeds. */
  async undrain(id: NodeId): Promise<void> {
    await this.documents.remove(id);
    await this.refresh();
  }

  /** Reads all marks. */
  async refresh(): Promise<void> {
    const reading = (this.readings += 1);
    const marks = new Map<NodeId, DrainDocument>();
    let after: string | undefined;
    do {
      const page = await this.documents.find({ limit: 1000, ...(after === undefined ? {} : { after }) });
      for (const mark of page.items) marks.set(mark._id, mark);
      after = page.nextCursor;
    } while (after !== undefined);
    // One that was begun later may have been quicker, and knows more.
    if (reading < this.newestReading) return;
    this.newestReading = reading;
    this.marks = marks;
    this.book.drain(new Set(marks.keys()));
  }
}

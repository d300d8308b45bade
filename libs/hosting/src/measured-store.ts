import type { Clock } from '@muster/platform';
import type { Collection, CollectionDefinition, DocumentStore, StoredDocument } from '@muster/store';

/** `refused`: the database answered, and said no (another write came first). `failed`: it could not answer. */
export type StoreOutcome = 'done' | 'refused' | 'failed';

export interface StoreOperation {
  collection: string;
  operation: keyof Collection<StoredDocument>;
  outcome: StoreOutcome;
}

type Observe = (operation: StoreOperation, tookMs: number) => void;

/** A database whose calls are timed. */
export class MeasuredStore implements DocumentStore {
  constructor(
    private readonly store: DocumentStore,
    private readonly clock: Clock,
    private readonly observe: Observe,
  ) {}

  collection<T extends StoredDocument>(definition: CollectionDefinition): Collection<T> {
    const collection = this.store.collection<T>(definition);
    const timed = <R>(operation: StoreOperation['operation'], call: () => Promise<R>): Promise<R> =>
      this.time({ collection: definition.name, operation }, call);
    return {
      insert: (document) => timed('insert', () => collection.insert(document)),
      get: (id) => timed('get', () => collection.get(id)),
      replace: (document) => timed('replace', () => collection.replace(document)),
      remove: (id, rev) => timed('remove', () => collection.remove(id, rev)),
      find: (query) => timed('find', () => collection.find(query)),
      count: (where) => timed('count', () => collection.count(where)),
    };
  }

  ready(): Promise<void> {
    return this.store.ready();
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private async time<R>(of: Omit<StoreOperation, 'outcome'>, call: () => Promise<R>): Promise<R> {
    const startedAtMs = this.clock.monotonicMs();
    const note = (outcome: StoreOutcome): void =>
      this.observe({ ...of, outcome }, this.clock.monotonicMs() - startedAtMs);
    try {
      const result = await call();
      note('done');
      return result;
    } catch (error) {
      note(isFailure(error) ? 'failed' : 'refused');
      throw error;
    }
  }
}

function isFailure(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'store-unavailable' || code === 'store-corrupt';
}

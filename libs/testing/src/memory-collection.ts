import {
  DuplicateKey,
  RevisionConflict,
  type Collection,
  type Page,
  type Query,
  type Scalar,
  type StoredDocument,
  type Where,
} from '@muster/store';

type Plain = Record<string, unknown>;

/** A collection in memory with the revisions of the real ones; unique indexes and paging are left to those. Writes are counted. */
export class MemoryCollection<T extends StoredDocument> implements Collection<T> {
  readonly kept = new Map<string, T>();
  writes = 0;
  /** Called before every replace: a test may let another writer come first, or throw. */
  beforeReplace: (document: T) => void = () => undefined;

  insert(document: Omit<T, 'rev'>): Promise<T> {
    const stored = structuredClone({ ...document, rev: firstRevision() }) as T;
    if (this.kept.has(stored._id)) return Promise.reject(new DuplicateKey('memory', '_id'));
    this.kept.set(stored._id, stored);
    return Promise.resolve(structuredClone(stored));
  }

  get(id: string): Promise<T | undefined> {
    return Promise.resolve(structuredClone(this.kept.get(id)));
  }

  async replace(document: T): Promise<T> {
    this.beforeReplace(document);
    if (this.kept.get(document._id)?.rev !== document.rev) throw new RevisionConflict('memory', document._id);
    const stored = structuredClone({ ...document, rev: document.rev + 1 });
    this.kept.set(document._id, stored);
    this.writes += 1;
    return structuredClone(stored);
  }

  /** Another writer's change. */
  change(id: string, change: (document: T) => Partial<T>): void {
    const current = this.kept.get(id);
    if (current === undefined) throw new TypeError(`there is no document ${id}`);
    this.kept.set(id, structuredClone({ ...current, ...change(current), rev: current.rev + 1 }));
  }

  remove(id: string, rev?: number): Promise<boolean> {
    const removed = rev === undefined || this.kept.get(id)?.rev === rev;
    return Promise.resolve(removed && this.kept.delete(id));
  }

  find({ where = {}, limit }: Query): Promise<Page<T>> {
    const items = [...this.kept.values()].filter((document) => matches(document, where)).slice(0, limit);
    return Promise.resolve({ items: structuredClone(items) });
  }

  count(where: Where = {}): Promise<number> {
    return Promise.resolve([...this.kept.values()].filter((document) => matches(document, where)).length);
  }
}

function matches(document: object, where: Where): boolean {
  return Object.entries(where).every(([path, condition]) => {
    const value =
      path.split('.').reduce<unknown>((at, key) => (at as Plain | null | undefined)?.[key], document) ?? null;
    if (condition === null || typeof condition !== 'object') return value === condition;
    if ('in' in condition) return condition.in.includes(value as Scalar);
    const { gt, gte, lt, lte } = condition;
    const scalar = value as Scalar;
    if (value === null) return false;
    return (
      (gt === undefined || scalar > gt) &&
      (gte === undefined || scalar >= gte) &&
      (lt === undefined || scalar < lt) &&
      (lte === undefined || scalar <= lte)
    );
  });
}

let made = 0;

/** As in the real ones: a document that was made again has no revision that it had before. */
function firstRevision(): number {
  return (made += 1) * 1_000_000;
}

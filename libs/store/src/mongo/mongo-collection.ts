import type { mongo } from 'mongoose';
import type { Connection } from 'mongoose';
import { checkDocument, documentText } from '../document-check.js';
import type { Collection, CollectionDefinition, Page, Query, StoredDocument, Where } from '../document-store.js';
import { firstRevision } from '../first-revision.js';
import { comparisons, cursorAfter, planQuery } from '../query-plan.js';
import { RevisionConflict } from '../store-errors.js';
import { storeErrorOf } from './mongo-failure.js';
import { filterOf, sortOf } from './mongo-filter.js';
import { makeIndexes } from './mongo-indexes.js';
import { keptValue, originalValue } from './mongo-key.js';

/** Runs an operation on the connection of now. */
export type Caller = <R>(operation: (connection: Connection) => Promise<R>) => Promise<R>;

type Kept = { _id: string };
type Native = mongo.Collection<Kept>;

/** A collection of a MongoDB-compatible server, by the plain commands that all of them know. */
export class MongoCollection<T extends StoredDocument> implements Collection<T> {
  private readonly definition: CollectionDefinition;
  private readonly caller: Caller;
  /** Another connection may be to a server that lost its indexes. */
  private definedOn: { connection: Connection; done: Promise<void> } | undefined;

  constructor(definition: CollectionDefinition, caller: Caller) {
    this.definition = definition;
    this.caller = caller;
  }

  async insert(document: Omit<T, 'rev'>): Promise<T> {
    checkDocument(this.definition, document);
    const stored = { ...document, rev: firstRevision() } as T;
    const kept = this.kept(stored);
    await this.call(stored._id, (native) => native.insertOne(kept));
    return stored;
  }

  async get(id: string): Promise<T | undefined> {
    const kept = await this.call(id, (native) => native.findOne({ _id: id }));
    return kept === null ? undefined : (originalValue(kept) as T);
  }

  async replace(document: T): Promise<T> {
    checkDocument(this.definition, document);
    const stored = { ...document, rev: document.rev + 1 };
    const kept = this.kept(stored);
    const filter = { _id: stored._id, rev: document.rev } as Kept;
    const { matchedCount } = await this.call(stored._id, (native) => native.replaceOne(filter, kept));
    if (matchedCount === 0) throw new RevisionConflict(this.definition.name, stored._id);
    return stored;
  }

  async remove(id: string, rev?: number): Promise<boolean> {
    const filter = (rev === undefined ? { _id: id } : { _id: id, rev }) as Kept;
    const { deletedCount } = await this.call(id, (native) => native.deleteOne(filter));
    return deletedCount > 0;
  }

  async find(query: Query): Promise<Page<T>> {
    const { stretches, order, limit } = planQuery(this.definition, query);
    const found: T[] = [];
    for (const stretch of stretches) {
      const missing = limit + 1 - found.length;
      const kept = await this.call('', (native) =>
        native.find(filterOf(stretch)).sort(sortOf(order)).limit(missing).toArray(),
      );
      found.push(...kept.map((one) => originalValue(one) as T));
      if (found.length > limit) break;
    }
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return found.length > limit && last !== undefined ? { items, nextCursor: cursorAfter(last, order) } : { items };
  }

  async count(where?: Where): Promise<number> {
    const filter = filterOf(comparisons(this.definition, where));
    return this.call('', (native) => native.countDocuments(filter));
  }

  /** Makes the indexes once; after a failure the next call tries again. */
  async defined(): Promise<void> {
    await this.call('', async () => undefined);
  }

  private async define(connection: Connection, native: Native): Promise<void> {
    if (this.definedOn?.connection !== connection) {
      this.definedOn = { connection, done: makeIndexes(native, this.definition.indexes) };
    }
    const { definedOn } = this;
    try {
      await definedOn.done;
    } catch (error) {
      if (this.definedOn === definedOn) this.definedOn = undefined;
      throw error;
    }
  }

  private kept(document: T): Kept {
    documentText(this.definition.name, document);
    return keptValue(document) as Kept;
  }

  private async call<R>(id: string, operation: (native: Native) => Promise<R>): Promise<R> {
    try {
      return await this.caller(async (connection) => {
        const native = connection.getClient().db(connection.name).collection<Kept>(this.definition.name);
        await this.define(connection, native);
        return operation(native);
      });
    } catch (error) {
      throw storeErrorOf(this.definition.name, id, error);
    }
  }
}

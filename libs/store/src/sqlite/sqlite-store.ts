import { checkDefinition } from '../definition.js';
import type { Collection, CollectionDefinition, DocumentStore, StoredDocument } from '../document-store.js';
import { SqliteCollection } from './sqlite-collection.js';
import { SqliteConnection } from './sqlite-connection.js';

export interface SqliteStoreOptions {
  /** On a disk of this computer: SQLite's locks do not hold on network file systems. */
  file: string;
  /** How long a write waits while another process writes. */
  busyTimeoutMs: number;
  operationTimeoutMs: number;
  /** Writes that share one commit at most. */
  maxBatchRequests?: number;
  maxQueuedRequests?: number;
}

/** The embedded database: one file, which several processes of one computer may use at once. */
export class SqliteStore implements DocumentStore {
  private readonly connection: SqliteConnection;
  private readonly collections: SqliteCollection<StoredDocument>[] = [];

  constructor(options: SqliteStoreOptions) {
    this.connection = new SqliteConnection({ maxBatchRequests: 256, maxQueuedRequests: 10_000, ...options });
  }

  collection<T extends StoredDocument>(definition: CollectionDefinition): Collection<T> {
    checkDefinition(definition);
    const collection = new SqliteCollection<T>(this.connection, definition);
    this.collections.push(collection as unknown as SqliteCollection<StoredDocument>);
    return collection;
  }

  async ready(): Promise<void> {
    await Promise.all(this.collections.map((collection) => collection.defined()));
    await this.connection.read('SELECT count(*) FROM sqlite_schema');
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}

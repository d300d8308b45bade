import mongoose, { type Connection } from 'mongoose';
import { checkDefinition } from '../definition.js';
import type { Collection, CollectionDefinition, DocumentStore, StoredDocument } from '../document-store.js';
import { StoreUnavailable } from '../store-errors.js';
import { MongoCollection } from './mongo-collection.js';
import { unavailable } from './mongo-failure.js';

export interface MongoStoreOptions {
  /** Names the database too; `muster` if it does not. */
  uri: string;
  operationTimeoutMs: number;
  serverSelectionTimeoutMs: number;
  maxPoolSize: number;
}

/**
 * A MongoDB-compatible server. It connects on first use; when the server goes away, calls reject until it is back,
 * and then work again by themselves.
 */
export class MongoStore implements DocumentStore {
  private readonly options: MongoStoreOptions;
  private readonly collections: MongoCollection<StoredDocument>[] = [];
  private connecting: Promise<Connection> | undefined;
  private closed = false;

  constructor(options: MongoStoreOptions) {
    this.options = options;
  }

  collection<T extends StoredDocument>(definition: CollectionDefinition): Collection<T> {
    checkDefinition(definition);
    const { operationTimeoutMs } = this.options;
    const collection = new MongoCollection<T>({ definition, operationTimeoutMs, connected: () => this.connected() });
    this.collections.push(collection as unknown as MongoCollection<StoredDocument>);
    return collection;
  }

  async ready(): Promise<void> {
    const connection = await this.connected();
    await Promise.all(this.collections.map((collection) => collection.defined()));
    try {
      await connection.db?.command({ ping: 1 }, { timeoutMS: this.options.operationTimeoutMs });
    } catch (error) {
      throw unavailable(error);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const connection = await this.connecting?.catch(() => undefined);
    await connection?.close();
  }

  /** A first connection that failed is no connection: the next call makes another. */
  private async connected(): Promise<Connection> {
    if (this.closed) throw new StoreUnavailable('The database was closed by this process.');
    this.connecting ??= this.connect();
    try {
      return await this.connecting;
    } catch (error) {
      this.connecting = undefined;
      throw unavailable(error);
    }
  }

  private async connect(): Promise<Connection> {
    const { uri, operationTimeoutMs, serverSelectionTimeoutMs, maxPoolSize } = this.options;
    const connection = mongoose.createConnection();
    try {
      return await connection.openUri(uri, {
        autoCreate: false,
        autoIndex: false,
        bufferCommands: false,
        connectTimeoutMS: serverSelectionTimeoutMs,
        ignoreUndefined: true,
        maxPoolSize,
        serverSelectionTimeoutMS: serverSelectionTimeoutMs,
        timeoutMS: operationTimeoutMs,
        waitQueueTimeoutMS: operationTimeoutMs,
        // A write that was answered must survive the loss of one server; the address may ask for another promise.
        ...(/[?&]w=/.test(uri) ? {} : { writeConcern: { w: 'majority' } }),
      });
    } catch (error) {
      await connection.close(true);
      throw error;
    }
  }
}

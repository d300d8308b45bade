import mongoose, { type Connection } from 'mongoose';
import { checkDefinition } from '../definition.js';
import type { Collection, CollectionDefinition, DocumentStore, StoredDocument } from '../document-store.js';
import { StoreUnavailable } from '../store-errors.js';
import { MongoCollection } from './mongo-collection.js';
import { isLost, unavailable, withinTimeout } from './mongo-failure.js';

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
    const collection = new MongoCollection<T>(definition, (operation) => this.call(operation));
    this.collections.push(collection as unknown as MongoCollection<StoredDocument>);
    return collection;
  }

  async ready(): Promise<void> {
    await Promise.all(this.collections.map((collection) => collection.defined()));
    try {
      await this.call((connection) => connection.getClient().db(connection.name).command({ ping: 1 }));
    } catch (error) {
      throw unavailable(error);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    const connection = await this.connecting?.catch(() => undefined);
    await connection?.close();
  }

  /** Runs an operation on the connection within the timeout. What is rejected is the driver's error or a StoreError. */
  private async call<R>(operation: (connection: Connection) => Promise<R>): Promise<R> {
    if (this.closed) throw new StoreUnavailable('The database was closed by this process.');
    this.connecting ??= this.connect();
    const { connecting } = this;
    let connected = false;
    try {
      const connection = await connecting;
      connected = true;
      return await withinTimeout(this.options.operationTimeoutMs, operation(connection));
    } catch (error) {
      if (!connected || isLost(error)) this.forget(connecting);
      throw error;
    }
  }

  /**
   * The next call makes another connection. The driver looks for a lost server by itself, but a check that was under
   * way when the server went can stay unanswered for ever, and then it looks no more.
   */
  private forget(connecting: Promise<Connection>): void {
    if (this.connecting !== connecting) return;
    this.connecting = undefined;
    connecting.then((connection) => connection.close(true)).catch(() => undefined);
  }

  private async connect(): Promise<Connection> {
    const { uri, operationTimeoutMs, serverSelectionTimeoutMs, maxPoolSize } = this.options;
    const connection = mongoose.createConnection();
    try {
      return await withinTimeout(
        operationTimeoutMs,
        connection.openUri(uri, {
          autoCreate: false,
          autoIndex: false,
          bufferCommands: false,
          connectTimeoutMS: serverSelectionTimeoutMs,
          ignoreUndefined: true,
          maxPoolSize,
          serverSelectionTimeoutMS: serverSelectionTimeoutMs,
          socketTimeoutMS: operationTimeoutMs,
          waitQueueTimeoutMS: operationTimeoutMs,
          // A write that was answered must survive the loss of one server; the address may ask for another promise.
          ...(/[?&]w=/.test(uri) ? {} : { writeConcern: { w: 'majority' } }),
        }),
      );
    } catch (error) {
      await connection.close(true);
      throw error;
    }
  }
}

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import mongoose from 'mongoose';
import { describe, expect, it, vi } from 'vitest';
import { documentStoreConformance } from '../conformance/document-store.conformance.js';
import type { DatabaseUnderTest } from '../conformance/harness.js';
import { aThing, type Thing, things } from '../conformance/harness.js';
import { openStore } from '../index.js';

const mongodbUri = process.env.MONGODB_URI;

/** A line to the server that can be cut. */
class Cable {
  private readonly sockets = new Set<Socket>();
  private readonly host: string;
  private readonly targetPort: number;
  private server: Server | undefined;
  port = 0;

  constructor(host: string, targetPort: number) {
    this.host = host;
    this.targetPort = targetPort;
  }

  async plugIn(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.targetPort, this.host);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(one);
        one.on('error', () => other.destroy()).on('close', () => other.destroy());
        one.pipe(other);
      }
    });
    this.server = server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
  }

  /** Takes everything and passes nothing on, as a server that hangs. */
  stall(): void {
    for (const socket of this.sockets) socket.unpipe();
  }

  async cut(): Promise<void> {
    const { server } = this;
    if (server?.listening !== true) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
    await closed;
  }
}

async function startDatabase(): Promise<DatabaseUnderTest & { cable: Cable }> {
  const address = new URL(String(mongodbUri));
  address.pathname = `/muster-test-${randomUUID().slice(0, 8)}`;
  const direct = address.href;
  const cable = new Cable(address.hostname, Number(address.port || 27017));
  await cable.plugIn();
  address.host = `127.0.0.1:${cable.port}`;
  address.searchParams.set('directConnection', 'true');
  return {
    cable,
    options: { mongodbUri: address.href, dataDir: tmpdir(), serverSelectionTimeoutMs: 1000 },
    makeUnavailable: () => cable.cut(),
    makeAvailable: () => cable.plugIn(),
    async remove() {
      await cable.cut();
      const connection = await mongoose.createConnection(direct).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  };
}

const why = mongodbUri === undefined ? ' (skipped: MONGODB_URI is not set)' : '';

describe.skipIf(mongodbUri === undefined)(`a MongoDB-compatible server${why}`, () => {
  documentStoreConformance({ start: startDatabase });

  it('rejects reads as unavailable while its line is cut', async () => {
    const database = await startDatabase();
    const store = await openStore(database.options);
    const collection = store.collection<Thing>(things);
    await collection.insert(aThing('a'));
    await database.makeUnavailable();
    const unavailable = { code: 'store-unavailable', message: expect.stringContaining('MONGODB_URI') };
    await expect(collection.get('a')).rejects.toMatchObject(unavailable);
    await expect(collection.find({ limit: 1 })).rejects.toMatchObject(unavailable);
    await expect(store.ready()).rejects.toMatchObject(unavailable);
    await database.makeAvailable();
    expect(await vi.waitFor(() => collection.get('a'), 10_000)).toMatchObject({ _id: 'a' });
    await store.close();
    await database.remove();
  });
});

describe.skipIf(mongodbUri === undefined)(`a MongoDB-compatible server that hangs${why}`, () => {
  it('makes calls reject as unavailable, and serves the next ones when it is back', async () => {
    const database = await startDatabase();
    const store = await openStore({ ...database.options, operationTimeoutMs: 2000 });
    const collection = store.collection<Thing>(things);
    await collection.insert(aThing('a'));
    database.cable.stall();
    await expect(collection.get('a')).rejects.toMatchObject({ code: 'store-unavailable' });
    await database.makeUnavailable();
    await database.makeAvailable();
    expect(await vi.waitFor(() => collection.get('a'), 10_000)).toMatchObject({ _id: 'a' });
    await store.close();
    await database.remove();
  });
});

describe('a MongoDB server that is not there', () => {
  it('makes the store unavailable; nothing falls back to the embedded database', async () => {
    const store = await openStore({
      mongodbUri: 'mongodb://127.0.0.1:1/muster',
      dataDir: '/nowhere/at/all',
      serverSelectionTimeoutMs: 200,
    });
    await expect(store.ready()).rejects.toMatchObject({ code: 'store-unavailable' });
    await store.close();
  });
});

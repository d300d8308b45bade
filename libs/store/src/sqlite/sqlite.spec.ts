import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { documentStoreConformance } from '../conformance/document-store.conformance.js';
import type { DatabaseUnderTest } from '../conformance/harness.js';
import { aThing, type Thing, things } from '../conformance/harness.js';
import { lockInstallation, openStore } from '../index.js';

async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'muster-store-'));
}

async function startDatabase(): Promise<DatabaseUnderTest> {
  const dataDir = await temporaryFolder();
  let blocker: DatabaseSync | undefined;
  return {
    options: { dataDir, busyTimeoutMs: 1500 },
    async makeUnavailable() {
      blocker = new DatabaseSync(join(dataDir, 'muster.db'), { timeout: 5000 });
      blocker.exec('BEGIN EXCLUSIVE');
    },
    async makeAvailable() {
      blocker?.close();
    },
    async remove() {
      await rm(dataDir, { recursive: true });
    },
  };
}

describe('the embedded database (SQLite)', () => {
  documentStoreConformance({ start: startDatabase });
});

describe('the file of the embedded database', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await temporaryFolder();
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true });
  });

  it('is named, with what to do, when it is no database', async () => {
    await writeFile(join(dataDir, 'muster.db'), 'this is not a database, it is a letter. '.repeat(200));
    const store = await openStore({ dataDir });
    await expect(store.ready()).rejects.toMatchObject({
      code: 'store-corrupt',
      message: expect.stringMatching(/muster\.db is damaged .*move .*muster\.db-wal.* backup/),
    });
    await store.close();
  });

  it('is named when its pages are damaged', async () => {
    const first = await openStore({ dataDir });
    const collection = first.collection<Thing>(things);
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => collection.insert(aThing(`${n}`, { data: 'x'.repeat(500) }))),
    );
    await first.close();
    await damage(join(dataDir, 'muster.db'));
    const store = await openStore({ dataDir });
    const damaged = store
      .collection<Thing>(things)
      .find({ limit: 1000, sort: [{ field: 'name', direction: 'ascending' }] });
    await expect(damaged).rejects.toMatchObject({ code: 'store-corrupt', message: expect.stringContaining(dataDir) });
    await store.close();
  });

  it('is not made where the data folder cannot be written', async () => {
    const occupied = join(dataDir, 'file');
    await writeFile(occupied, '');
    await expect(openStore({ dataDir: join(occupied, 'data') })).rejects.toMatchObject({
      code: 'data-folder-not-writable',
      message: expect.stringContaining('MUSTER_DATA_DIR'),
    });
  });

  it('is opened by children of its installation only', async () => {
    const { installationId, release } = await lockInstallation(dataDir);
    const child = await openStore({ dataDir, installationId });
    await child.ready();
    await child.close();
    await expect(openStore({ dataDir, installationId: 'another' })).rejects.toMatchObject({
      code: 'data-folder-locked',
    });
    release();
  });

  it('refuses more requests than may wait, and keeps those that were taken', async () => {
    const { SqliteStore } = await import('./sqlite-store.js');
    const file = join(dataDir, 'muster.db');
    const store = new SqliteStore({ file, busyTimeoutMs: 1000, operationTimeoutMs: 10_000, maxQueuedRequests: 10 });
    const collection = store.collection<Thing>(things);
    await store.ready();
    const inserts = Array.from({ length: 13 }, (_, n) => collection.insert(aThing(`${n}`)));
    const refused = (await Promise.allSettled(inserts)).filter(({ status }) => status === 'rejected');
    expect(refused).toEqual(
      Array.from({ length: 3 }, () => ({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'store-unavailable' }),
      })),
    );
    expect(await collection.count()).toBe(10);
    await store.close();
  });
});

/** Overwrites everything but the first page. */
async function damage(file: string): Promise<void> {
  const { open } = await import('node:fs/promises');
  const handle = await open(file, 'r+');
  const { size } = await handle.stat();
  await handle.write(new Uint8Array(size - 4096).fill(0xa5), 0, size - 4096, 4096);
  await handle.close();
}

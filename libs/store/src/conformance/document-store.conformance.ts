import { afterEach, beforeEach } from 'vitest';
import type { DocumentStore } from '../document-store.js';
import { openStore } from '../open-store.js';
import { type Bench, type StoreHarness, type Thing, things } from './harness.js';
import { processCases } from './process.cases.js';
import { queryCases } from './query.cases.js';
import { troubleCases } from './trouble.cases.js';
import { writeCases } from './write.cases.js';

/** What every adapter promises. Call it inside a `describe` that names the adapter. */
export function documentStoreConformance(harness: StoreHarness): void {
  const bench = {} as Bench;
  const opened: DocumentStore[] = [];
  async function open(): Promise<DocumentStore> {
    const store = await openStore(bench.database.options);
    opened.push(store);
    return store;
  }
  beforeEach(async () => {
    bench.database = await harness.start();
    bench.store = await open();
    bench.collection = bench.store.collection<Thing>(things);
    bench.openAnother = async () => (await open()).collection<Thing>(things);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await bench.database.remove();
  });
  writeCases(bench);
  queryCases(bench);
  troubleCases(bench);
  processCases(bench);
}

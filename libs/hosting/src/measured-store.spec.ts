import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@muster/platform';
import { openStore, RevisionConflict, StoreUnavailable, type Collection, type StoredDocument } from '@muster/store';
import { MeasuredStore } from './measured-store.js';

interface Thing extends StoredDocument {
  size: number;
}

let folder: string;
let store: MeasuredStore;
let things: Collection<Thing>;
let seen: string[];
let times: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-measured-'));
  [seen, times] = [[], []];
  store = new MeasuredStore(
    await openStore({ dataDir: folder }),
    systemClock,
    ({ collection, operation, outcome }, tookMs) => {
      seen.push(`${collection} ${operation} ${outcome}`);
      times.push(tookMs);
    },
  );
  things = store.collection<Thing>({ name: 'things', indexes: [{ name: 'size', fields: ['size'] }] });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('a database whose calls are timed', () => {
  it('answers as it does otherwise, and tells each call', async () => {
    const made = await things.insert({ _id: 'a', version: 1, size: 1 });
    expect(await things.replace({ ...made, size: 2 })).toMatchObject({ size: 2 });
    expect(await things.get('a')).toMatchObject({ size: 2 });
    expect((await things.find({ where: { size: 2 }, limit: 1 })).items).toHaveLength(1);
    expect(await things.count({ size: 2 })).toBe(1);
    expect(await things.remove('a')).toBe(true);
    expect(seen).toEqual(
      ['insert', 'replace', 'get', 'find', 'count', 'remove'].map((operation) => `things ${operation} done`),
    );
    expect(times.every((each) => each >= 0)).toBe(true);
  });

  it('tells a write that came too late from a database that does not answer', async () => {
    const made = await things.insert({ _id: 'a', version: 1, size: 1 });
    await things.replace(made);
    await expect(things.replace(made)).rejects.toBeInstanceOf(RevisionConflict);
    await store.close();
    await expect(things.get('a')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(seen.slice(2)).toEqual(['things replace refused', 'things get failed']);
  });
});

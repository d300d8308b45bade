import { describe, expect, it } from 'vitest';
import type { Collection, StoredDocument } from './document-store.js';
import { RevisionConflict } from './store-errors.js';
import { updateDocument } from './update-document.js';

interface Counter extends StoredDocument {
  count: number;
}

/** One document, which another writer changes before each of our first `losses` writes. */
function contested(losses: number): Pick<Collection<Counter>, 'get' | 'replace'> & { kept: Counter } {
  let left = losses;
  return {
    kept: { _id: 'a', rev: 1, version: 1, count: 0 },
    async get(id) {
      return id === 'a' ? this.kept : undefined;
    },
    async replace(document) {
      if (left > 0) {
        left -= 1;
        this.kept = { ...this.kept, rev: this.kept.rev + 1, count: this.kept.count + 10 };
        throw new RevisionConflict('counters', 'a');
      }
      this.kept = { ...document, rev: document.rev + 1 };
      return this.kept;
    },
  };
}

const increase = (current: Counter): Counter => ({ ...current, count: current.count + 1 });
const wait = async (): Promise<void> => undefined;

describe('updateDocument', () => {
  it('changes what is kept now, however often another writer comes first', async () => {
    const collection = contested(3) as unknown as Collection<Counter>;
    const updated = await updateDocument(collection, 'a', increase, { wait });
    expect(updated).toEqual({ _id: 'a', rev: 5, version: 1, count: 31 });
  });

  it('gives up after its attempts', async () => {
    const waits: number[] = [];
    const noting = async (attempt: number): Promise<void> => void waits.push(attempt);
    const collection = contested(99) as unknown as Collection<Counter>;
    const update = updateDocument(collection, 'a', increase, { attempts: 3, wait: noting });
    await expect(update).rejects.toEqual(new RevisionConflict('counters', 'a'));
    expect(waits).toEqual([1, 2]);
  });

  it('leaves alone what needs no change and what is not there', async () => {
    const collection = contested(99) as unknown as Collection<Counter>;
    expect(await updateDocument(collection, 'a', () => undefined)).toEqual({ _id: 'a', rev: 1, version: 1, count: 0 });
    expect(await updateDocument(collection, 'b', increase)).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DuplicateKey, RevisionConflict, updateDocument } from '../index.js';
import { aThing, type Bench, type Thing } from './harness.js';

function outcomes(settled: readonly PromiseSettledResult<unknown>[]): { won: number; lost: unknown[] } {
  const lost = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  return { won: settled.length - lost.length, lost };
}

export function writeCases(bench: Bench): void {
  describe('insert', () => {
    it('keeps a document as its first revision', async () => {
      const inserted = await bench.collection.insert(aThing('a', { data: [1, 'two', null, { three: true }] }));
      expect(inserted).toEqual({
        ...aThing('a', { data: [1, 'two', null, { three: true }] }),
        rev: expect.any(Number) as number,
      });
      expect(await bench.collection.get('a')).toEqual(inserted);
      expect(await bench.collection.get('b')).toBeUndefined();
    });

    it('lets exactly one of 50 inserts of one _id win', async () => {
      const inserts = Array.from({ length: 50 }, (_, n) => bench.collection.insert(aThing('same', { name: `n${n}` })));
      const { won, lost } = outcomes(await Promise.allSettled(inserts));
      expect(won).toBe(1);
      expect(lost).toEqual(Array.from({ length: 49 }, () => new DuplicateKey('things', '_id')));
    });

    it('keeps the good writes that arrive together with bad ones', async () => {
      await bench.collection.insert(aThing('taken'));
      const ids = ['a', 'taken', 'b', 'taken', 'c'];
      const settled = await Promise.allSettled(
        ids.map((id, n) => bench.collection.insert(aThing(id, { name: `n${n}` }))),
      );
      expect(settled.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(await bench.collection.count()).toBe(4);
    });

    it.each([
      ['without an _id', { _id: '' }],
      ['with an _id of more than 512 characters', { _id: 'x'.repeat(513) }],
      ['without a version', { version: undefined as unknown as number }],
      ['without a field of a unique index', { name: undefined as unknown as string }],
      ['with a list where an index expects a scalar', { place: { seat: ['a'] as unknown as string } }],
      ['with a list on the way to an indexed field', { place: [{ seat: 'a' }] as unknown as object }],
    ])('refuses a document %s', async (_, members) => {
      await expect(bench.collection.insert(aThing('a', members))).rejects.toMatchObject({ code: 'invalid-document' });
      expect(await bench.collection.count()).toBe(0);
    });
  });

  describe('replace', () => {
    it('stores the next revision', async () => {
      const first = await bench.collection.insert(aThing('a', { data: 'old' }));
      const second = await bench.collection.replace({ ...first, data: 'new' });
      expect(second).toEqual({ ...first, data: 'new', rev: first.rev + 1 });
      expect(await bench.collection.get('a')).toEqual(second);
    });

    it('refuses a document that was changed or removed meanwhile', async () => {
      const first = await bench.collection.insert(aThing('a'));
      const second = await bench.collection.replace(first);
      await expect(bench.collection.replace(first)).rejects.toEqual(new RevisionConflict('things', 'a'));
      await bench.collection.remove('a');
      await expect(bench.collection.replace(second)).rejects.toEqual(new RevisionConflict('things', 'a'));
    });

    it('lets exactly one of many writers of the same revision win', async () => {
      const first = await bench.collection.insert(aThing('a'));
      const other = await bench.openAnother();
      const writers = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? bench.collection : other));
      const settled = await Promise.allSettled(writers.map((writer, n) => writer.replace({ ...first, data: n })));
      const { won, lost } = outcomes(settled);
      expect(won).toBe(1);
      expect(lost).toEqual(Array.from({ length: 39 }, () => new RevisionConflict('things', 'a')));
      expect(await other.get('a')).toMatchObject({ rev: first.rev + 1 });
    });

    it('loses no change of many that update one document at once', async () => {
      const { rev } = await bench.collection.insert(aThing('a', { data: 0 }));
      const increase = (current: Thing): Thing => ({ ...current, data: Number(current.data) + 1 });
      const updates = Array.from({ length: 20 }, () =>
        updateDocument(bench.collection, 'a', increase, { attempts: 100 }),
      );
      await Promise.all(updates);
      expect(await bench.collection.get('a')).toMatchObject({ data: 20, rev: rev + 20 });
    });
  });

  describe('remove', () => {
    it('tells who removed the document', async () => {
      await bench.collection.insert(aThing('a'));
      expect(await bench.collection.remove('a')).toBe(true);
      expect(await bench.collection.remove('a')).toBe(false);
      expect(await bench.collection.get('a')).toBeUndefined();
    });

    it('removes one revision only, when asked for one', async () => {
      const first = await bench.collection.insert(aThing('a'));
      const second = await bench.collection.replace(first);
      expect(await bench.collection.remove('a', first.rev)).toBe(false);
      expect(await bench.collection.remove('a', second.rev)).toBe(true);
    });

    it('does not touch a document that was made again meanwhile', async () => {
      const first = await bench.collection.insert(aThing('a'));
      await bench.collection.remove('a');
      const again = await bench.collection.insert(aThing('a', { data: 'another' }));
      expect(await bench.collection.remove('a', first.rev)).toBe(false);
      await expect(bench.collection.replace(first)).rejects.toEqual(new RevisionConflict('things', 'a'));
      expect(await bench.collection.get('a')).toEqual(again);
    });
  });

  describe('a unique index', () => {
    const taken = new DuplicateKey('things', 'name');

    it('refuses a second document with the same value, by insert and by replace', async () => {
      await bench.collection.insert(aThing('a', { name: 'one' }));
      const second = await bench.collection.insert(aThing('b', { name: 'two' }));
      await expect(bench.collection.insert(aThing('c', { name: 'one' }))).rejects.toEqual(taken);
      await expect(bench.collection.replace({ ...second, name: 'one' })).rejects.toEqual(taken);
      expect(await bench.collection.get('b')).toEqual(second);
    });

    it('lets a value be used again when its document is gone or has another', async () => {
      const first = await bench.collection.insert(aThing('a', { name: 'one' }));
      await bench.collection.replace({ ...first, name: 'two' });
      await bench.collection.insert(aThing('b', { name: 'one' }));
      await bench.collection.remove('b');
      await expect(bench.collection.insert(aThing('c', { name: 'one' }))).resolves.toMatchObject({ name: 'one' });
    });

    it('lets exactly one of two documents have a value that both want at the same instant', async () => {
      const inserts = ['a', 'b'].map((id) => bench.collection.insert(aThing(id, { name: 'wanted' })));
      expect(outcomes(await Promise.allSettled(inserts))).toEqual({ won: 1, lost: [taken] });
    });
  });

  describe('what a document may hold', () => {
    it('keeps a document of 10 MB and refuses one of 16', async () => {
      const rows = Array.from({ length: 100 }, (_, n) => `${n}`.padEnd(100_000, 'é-x'));
      const large = await bench.collection.insert(aThing('large', { data: rows.map((row) => row.slice(0, 77_000)) }));
      expect(await bench.collection.get('large')).toEqual(large);
      const tooLarge = aThing('larger', { data: 'x'.repeat(16 * 1024 * 1024) });
      await expect(bench.collection.insert(tooLarge)).rejects.toMatchObject({ code: 'invalid-document' });
    });

    it('keeps any key', async () => {
      const keys = ['a.b', '.', '$set', '$', '', '%', '%2E', '%25', '__proto__', 'constructor', 'naïve', 'a\0b', '0'];
      const data = Object.fromEntries(keys.map((key, n) => [key, { [key]: n }]));
      const kept = await bench.collection.insert(aThing('a', { data, ['$top.key' as string]: 1 }));
      expect(await bench.collection.get('a')).toEqual({ ...aThing('a', { data }), '$top.key': 1, rev: kept.rev });
      expect(Object.keys((await bench.collection.get('a'))?.data as object).sort()).toEqual(keys.sort());
    });

    it('keeps whatever JSON can say', async () => {
      let last = await bench.collection.insert(aThing('a'));
      await fc.assert(
        fc.asyncProperty(fc.jsonValue(), async (data) => {
          last = await bench.collection.replace({ ...last, data });
          expect((await bench.collection.get('a'))?.data).toEqual(JSON.parse(JSON.stringify(data)));
        }),
        { numRuns: 40 },
      );
    });
  });
}

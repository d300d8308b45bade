import { describe, expect, it } from 'vitest';
import { aThing, type Bench, type Thing, things } from './harness.js';

const unavailable = { code: 'store-unavailable' };

export function troubleCases(bench: Bench): void {
  describe('a database that cannot be reached', () => {
    it('rejects writes as unavailable, and takes them again when it is back', async () => {
      await bench.collection.insert(aThing('before'));
      await bench.database.makeUnavailable();
      await expect(bench.collection.insert(aThing('during'))).rejects.toMatchObject(unavailable);
      await bench.database.makeAvailable();
      await bench.store.ready();
      await bench.collection.insert(aThing('after'));
      expect(await bench.collection.get('before')).toMatchObject({ _id: 'before' });
    });

    it('is not ready when it was never reached, and recovers by itself', async () => {
      await bench.database.makeUnavailable();
      await expect(bench.store.ready()).rejects.toMatchObject(unavailable);
      await bench.database.makeAvailable();
      await bench.store.ready();
      await expect(bench.collection.insert(aThing('a'))).resolves.toMatchObject({ _id: 'a' });
    });
  });

  describe('a store that is opened again', () => {
    it('has what was written before', async () => {
      const written = await bench.collection.insert(aThing('a', { data: { deep: ['kept'] } }));
      await bench.store.close();
      const again = await bench.openAnother();
      expect(await again.get('a')).toEqual(written);
    });

    it('finishes what was asked before it closes, and refuses what comes after', async () => {
      const begun = Array.from({ length: 20 }, (_, n) => bench.collection.insert(aThing(`${n}`)));
      await Promise.all(begun);
      await bench.store.close();
      await expect(bench.collection.get('0')).rejects.toMatchObject(unavailable);
      await expect(bench.store.ready()).rejects.toMatchObject(unavailable);
      expect(await (await bench.openAnother()).count()).toBe(20);
    });

    it('takes over indexes whose definition changed', async () => {
      await bench.collection.insert(aThing('a', { name: 'one', place: { seat: 'x' } }));
      const changed = bench.store.collection<Thing>({
        name: things.name,
        indexes: [
          { name: 'name', fields: ['name', 'place.seat'], unique: true },
          { name: 'place', fields: ['place.seat'] },
        ],
      });
      await changed.insert(aThing('b', { name: 'one', place: { seat: 'y' } }));
      const same = changed.insert(aThing('c', { name: 'one', place: { seat: 'y' } }));
      await expect(same).rejects.toMatchObject({ code: 'duplicate-key', index: 'name' });
      expect(await changed.count({ 'place.seat': 'x' })).toBe(1);
    });
  });

  it.each([
    ['a collection name', { name: 'no spaces', indexes: [] }],
    ['an index name', { name: 'things', indexes: [{ name: 'a.b', fields: ['a'] }] }],
    ['a field', { name: 'things', indexes: [{ name: 'a', fields: ["a'b"] }] }],
    ['a field given twice', { name: 'things', indexes: [{ name: 'a', fields: ['a', 'a'] }] }],
    ['an index without fields', { name: 'things', indexes: [{ name: 'a', fields: [] }] }],
  ])('refuses to declare %s that not every database can keep', (_, definition) => {
    expect(() => bench.store.collection(definition)).toThrowError(
      expect.objectContaining({ code: 'invalid-definition' }),
    );
  });
}

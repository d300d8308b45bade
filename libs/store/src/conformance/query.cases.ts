import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Page, Query, SortField, Where } from '../document-store.js';
import { aThing, type Bench, type Thing } from './harness.js';

type Seat = [id: string, row?: number, seat?: string, taken?: boolean];

const seats: Seat[] = [
  ['a', 1, 'x', true],
  ['b', 2, 'x', false],
  ['c', 2, 'y', true],
  ['d', 10, 'y'],
  ['e', undefined, 'z'],
  ['f'],
];

function seated([id, row, seat, taken]: Seat): Omit<Thing, 'rev'> {
  return aThing(id, { place: { row, seat, taken } });
}

const rowThenSeat: SortField[] = [
  { field: 'place.row', direction: 'ascending' },
  { field: 'place.seat', direction: 'descending' },
];

async function allPages(bench: Bench, query: Query): Promise<string[]> {
  const ids: string[] = [];
  let page: Page<Thing> = await bench.collection.find(query);
  for (;;) {
    ids.push(...page.items.map(({ _id }) => _id));
    if (page.nextCursor === undefined) return ids;
    page = await bench.collection.find({ ...query, after: page.nextCursor });
  }
}

export function queryCases(bench: Bench): void {
  describe('find and count', () => {
    beforeEach(async () => {
      await Promise.all(seats.map((seat) => bench.collection.insert(seated(seat))));
    });

    it.each<[string, Where, string[]]>([
      ['every document without a condition', {}, ['a', 'b', 'c', 'd', 'e', 'f']],
      ['by an equal number', { 'place.row': 2 }, ['b', 'c']],
      ['by an equal text', { 'place.seat': 'y' }, ['c', 'd']],
      ['by a boolean', { 'place.taken': false }, ['b']],
      ['by an absent member', { 'place.row': null }, ['e', 'f']],
      ['by its _id', { _id: 'c' }, ['c']],
      ['by a list of values', { 'place.row': { in: [1, 10, 99] } }, ['a', 'd']],
      ['by a list of booleans', { 'place.taken': { in: [true] } }, ['a', 'c']],
      ['nothing by an empty list', { 'place.row': { in: [] } }, []],
      ['by a range, in the order of numbers', { 'place.row': { gt: 1, lte: 10 } }, ['b', 'c', 'd']],
      ['by a range of texts', { 'place.seat': { gte: 'y', lt: 'z' } }, ['c', 'd']],
      ['by several conditions', { 'place.row': 2, 'place.seat': 'x', 'place.taken': false }, ['b']],
    ])('finds %s', async (_, where, ids) => {
      const { items, nextCursor } = await bench.collection.find({ where, limit: 100 });
      expect(items.map(({ _id }) => _id)).toEqual(ids);
      expect(nextCursor).toBeUndefined();
      expect(await bench.collection.count(where)).toBe(ids.length);
    });

    it('answers whole documents', async () => {
      const { items } = await bench.collection.find({ where: { _id: 'a' }, limit: 1 });
      expect(items).toEqual([{ ...seated(['a', 1, 'x', true]), rev: expect.any(Number) as number }]);
    });

    it('sorts by each field in its direction, absent members first in ascending order', async () => {
      const { items } = await bench.collection.find({ sort: rowThenSeat, limit: 100 });
      expect(items.map(({ _id }) => _id)).toEqual(['e', 'f', 'a', 'c', 'b', 'd']);
    });

    it('ends with a page without a cursor, even when it is full', async () => {
      const first = await bench.collection.find({ limit: 3 });
      const second = await bench.collection.find({ limit: 3, after: first.nextCursor });
      expect([first, second].map(({ items }) => items.map(({ _id }) => _id).join(''))).toEqual(['abc', 'def']);
      expect(second.nextCursor).toBeUndefined();
    });

    it('neither repeats nor skips a document when others come and go between two pages', async () => {
      const first = await bench.collection.find({ sort: rowThenSeat, limit: 3 });
      await bench.collection.remove('a');
      await bench.collection.insert(seated(['g', 0, 'w']));
      await bench.collection.insert(seated(['h', 2, 'xx']));
      const rest = await allPages(bench, { sort: rowThenSeat, limit: 2, after: first.nextCursor });
      expect(rest).toEqual(['c', 'h', 'b', 'd']);
    });

    it.each<[string, Query]>([
      ['a field that no index has', { where: { data: 1 } as Where, limit: 1 }],
      ['a sort by a field that no index has', { sort: [{ field: 'data', direction: 'ascending' }], limit: 1 }],
      ['an unknown condition', { where: { name: { like: 'x' } as unknown as string }, limit: 1 }],
      ['a condition that is undefined', { where: { name: undefined as unknown as string }, limit: 1 }],
      ['a page without documents', { limit: 0 }],
      ['a page of more than 1000', { limit: 1001 }],
    ])('refuses %s', async (_, query) => {
      await expect(bench.collection.find(query)).rejects.toMatchObject({ code: 'invalid-query' });
    });

    it('refuses a cursor of another order, and one that is none', async () => {
      const { nextCursor } = await bench.collection.find({ limit: 1 });
      for (const after of [nextCursor, 'nonsense']) {
        const query: Query = { sort: rowThenSeat, limit: 1, after };
        await expect(bench.collection.find(query)).rejects.toMatchObject({ code: 'foreign-cursor' });
      }
    });
  });

  it('pages through any documents in any declared order', async () => {
    await fc.assert(
      fc.asyncProperty(anySeats, anyOrder, fc.integer({ min: 1, max: 4 }), async (some, sort, limit) => {
        await Promise.all(some.map((seat) => bench.collection.insert(seated(seat))));
        const found = await allPages(bench, { sort, limit });
        await Promise.all(some.map(([id]) => bench.collection.remove(id)));
        expect(found).toEqual(inOrder(some.map(seated), sort));
      }),
      { numRuns: 25 },
    );
  });
}

const text = fc.string({ maxLength: 2 });
const anySeats = fc.uniqueArray(
  fc.tuple(
    fc.string({ minLength: 1, maxLength: 4 }),
    fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined }),
    fc.option(text, { nil: undefined }),
    fc.option(fc.boolean(), { nil: undefined }),
  ),
  { selector: ([id]) => id, maxLength: 10 },
) as fc.Arbitrary<Seat[]>;

const anyOrder = fc.uniqueArray(
  fc.record<SortField>({
    field: fc.constantFrom('place.row', 'place.seat', 'place.taken', 'name'),
    direction: fc.constantFrom('ascending', 'descending'),
  }),
  { selector: ({ field }) => field, maxLength: 3 },
);

type Ordered = string | number | boolean | undefined;

function inOrder(documents: readonly Omit<Thing, 'rev'>[], sort: readonly SortField[]): string[] {
  const last = sort.at(-1)?.direction ?? 'ascending';
  return documents
    .toSorted((left, right) => {
      for (const { field, direction } of [...sort, { field: '_id', direction: last }]) {
        const order = compare(valueAt(left, field), valueAt(right, field));
        if (order !== 0) return direction === 'ascending' ? order : -order;
      }
      return 0;
    })
    .map(({ _id }) => _id);
}

function valueAt(document: object, field: string): Ordered {
  return field
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], document) as Ordered;
}

function compare(left: Ordered, right: Ordered): number {
  if (left === undefined || right === undefined) return Number(left !== undefined) - Number(right !== undefined);
  if (typeof left === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(String(right)));
  return Number(left) - Number(right);
}

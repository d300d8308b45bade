import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ListWatch } from './list-watch.js';
import type { ListWatchOptions } from './list-watch-options.js';
import { ListFollower } from './testing/list-follower.js';
import { MisbehavingList, type Thing, type Trouble } from './testing/misbehaving-list.js';

const quick = { firstBackoffMs: 1, lastBackoffMs: 4, idleMs: 5000, random: () => 0.5 };
const opened: ListWatch<Thing>[] = [];
/** That end by themselves. */
const troubles: Trouble[] = [
  'unavailable',
  'gone',
  'ends-at-once',
  'bookmark-and-end',
  'garbage',
  'gone-event',
  'half-a-line',
];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

function open(source: MisbehavingList, options: Partial<ListWatchOptions> = {}): ListWatch<Thing> {
  const list = new ListWatch<Thing>(source, { ...quick, ...options });
  opened.push(list);
  return list;
}

const truthOf = (source: MisbehavingList): Record<string, number> =>
  Object.fromEntries([...source.things].map(([name, { value }]) => [name, value]));

describe('a list that is watched', () => {
  it('tells everything page by page, then each change in order, to all who follow over one connection', async () => {
    const source = new MisbehavingList();
    for (let number = 1; number <= 5; number += 1) source.put(`thing-${number}`, number);
    const list = open(source, { pageSize: 2 });
    const first = new ListFollower(list);
    await first.until(() => first.told.includes('synced 5'));
    const late = new ListFollower(list);
    source.put('thing-6', 6);
    source.remove('thing-1');
    await first.until(() => first.told.includes('deleted thing-1'));
    expect(first.told).toEqual(['synced 5', 'changed thing-6', 'deleted thing-1']);
    expect(late.told).toEqual(first.told);
    expect([source.lists.length, source.watches.length]).toEqual([3, 1]);
    expect(list.get('thing-6')?.value).toBe(6);
  });

  it('goes on from the last version after a connection is lost, without a new list', async () => {
    const source = new MisbehavingList();
    const list = open(source);
    const follower = new ListFollower(list);
    await follower.until(() => source.watches.length === 1);
    source.put('one', 1);
    await follower.until(() => follower.told.includes('changed one'));
    source.breakOff();
    source.put('two', 2);
    await follower.until(() => follower.told.includes('changed two'));
    expect(follower.told).toEqual(['synced 0', 'changed one', 'changed two']);
    expect(source.lists).toHaveLength(1);
  });

  it('takes a bookmark for a place to go on from, where all before may be forgotten', async () => {
    const source = new MisbehavingList();
    const list = open(source);
    const follower = new ListFollower(list);
    await follower.until(() => source.watches.length === 1);
    source.bookmark();
    source.put('one', 1);
    await follower.until(() => follower.told.includes('changed one'));
    source.forget();
    source.put('two', 2);
    await follower.until(() => follower.told.includes('changed two'));
    expect(source.lists).toHaveLength(1);
  });

  it.each(['gone', 'gone-event'] as const)('lists anew when its place is forgotten (%s)', async (trouble) => {
    const source = new MisbehavingList();
    source.put('one', 1);
    source.troubles.push(trouble);
    const follower = new ListFollower(open(source));
    await follower.until(() => follower.told.length === 2);
    expect(follower.told).toEqual(['synced 1', 'synced 1']);
    expect(source.lists).toHaveLength(2);
  });

  it.each(['unavailable', 'ends-at-once', 'garbage', 'half-a-line'] as const)(
    'takes a watch up again that is %s',
    async (trouble) => {
      const source = new MisbehavingList();
      source.troubles.push(trouble, trouble, trouble);
      const follower = new ListFollower(open(source));
      await follower.until(() => source.troubles.length === 0);
      source.put('one', 1);
      await follower.until(() => follower.things.has('one'));
      expect(follower.things).toEqual(new Map([['one', 1]]));
    },
  );

  it('takes a watch for dead that is silent for too long', async () => {
    const source = new MisbehavingList();
    source.troubles.push('silent');
    const follower = new ListFollower(open(source, { idleMs: 20 }));
    await follower.until(() => follower.told.includes('synced 0'));
    source.put('one', 1);
    await follower.until(() => follower.told.includes('changed one'));
    expect(source.watches.length).toBeGreaterThan(1);
  });

  it('lists again after its time, which is no loss', async () => {
    const source = new MisbehavingList();
    source.put('one', 1);
    const losses: unknown[] = [];
    const follower = new ListFollower(open(source, { relistMs: [20, 20], onError: (error) => losses.push(error) }));
    await follower.until(() => source.lists.length >= 3);
    expect([new Set(follower.told), losses]).toEqual([new Set(['synced 1']), []]);
  });

  it('knows what is true in the end, whatever happens on the way', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const steps = fc.array(
      fc.oneof(
        fc.record({ do: fc.constant('put' as const), name: fc.constantFrom(...names), value: fc.nat(99) }),
        fc.record({ do: fc.constant('remove' as const), name: fc.constantFrom(...names) }),
        fc.record({
          do: fc.constantFrom('break' as const, 'forget' as const, 'bookmark' as const, 'breathe' as const),
        }),
        fc.record({
          do: fc.constant('trouble' as const),
          trouble: fc.constantFrom(...troubles),
        }),
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const source = new MisbehavingList();
        const list = open(source);
        const follower = new ListFollower(list);
        for (const step of all) {
          if (step.do === 'put') source.put(step.name, step.value);
          else if (step.do === 'remove') source.remove(step.name);
          else if (step.do === 'break') source.breakOff();
          else if (step.do === 'forget') source.forget();
          else if (step.do === 'bookmark') source.bookmark();
          else if (step.do === 'trouble') source.troubles.push(step.trouble);
          else await new Promise((resolve) => setImmediate(resolve));
        }
        source.put('last', all.length);
        const isTrue = (): boolean =>
          JSON.stringify(sorted(follower.things)) === JSON.stringify(sorted(new Map(Object.entries(truthOf(source)))));
        await follower.until(isTrue);
        expect(Object.fromEntries(list.all().map(({ metadata, value }) => [metadata.name, value]))).toEqual(
          truthOf(source),
        );
        await list.close();
      }),
      { numRuns: 60 },
    );
  });
});

function sorted(things: ReadonlyMap<string, number>): [string, number][] {
  return [...things].sort(([one], [other]) => one.localeCompare(other));
}

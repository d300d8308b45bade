import { afterEach, describe, expect, it } from 'vitest';
import { ListWatch } from './list-watch.js';
import type { ListWatchOptions } from './list-watch-options.js';
import { HastyClock } from './testing/hasty-clock.js';
import { ListFollower } from './testing/list-follower.js';
import { MisbehavingList, type Thing, type Trouble } from './testing/misbehaving-list.js';

const opened: ListWatch<Thing>[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

/** A list that is followed, whose pauses are written down: random takes three quarters of each. */
function follow(
  source: MisbehavingList,
  options: Partial<ListWatchOptions> = {},
): { clock: HastyClock; follower: ListFollower; losses: unknown[] } {
  const clock = new HastyClock();
  const losses: unknown[] = [];
  const backoff = { firstBackoffMs: 100, lastBackoffMs: 1000, random: () => 0.5 };
  const list = new ListWatch<Thing>(source, { ...backoff, clock, onError: (error) => losses.push(error), ...options });
  opened.push(list);
  return { clock, follower: new ListFollower(list), losses };
}

const times = (count: number, trouble: Trouble): Trouble[] => Array.from({ length: count }, () => trouble);
const growing = [75, 150, 300, 600, 750, 750, 750];

describe('the pauses of a list that is watched', () => {
  it.each(['gone', 'gone-event'] as const)(
    'grow up to a bound while each list is followed by a 410 (%s)',
    async (trouble) => {
      const source = new MisbehavingList();
      source.put('one', 1);
      source.troubles.push(...times(7, trouble));
      const { clock, follower, losses } = follow(source);
      await follower.until(() => source.watches.length === 8);
      expect(clock.sleptMs).toEqual(growing);
      expect([source.lists.length, losses.length]).toEqual([8, 7]);
      source.put('two', 2);
      await follower.until(() => follower.things.has('two'));
    },
  );

  it('grow up to a bound while no list can be finished', async () => {
    const source = new MisbehavingList();
    for (const name of ['one', 'two', 'three']) source.put(name, 1);
    source.troubles.push(...times(7, 'page-gone'));
    const { clock, follower } = follow(source, { pageSize: 1 });
    await follower.until(() => source.watches.length === 1);
    expect(clock.sleptMs).toEqual(growing);
    expect(follower.told).toEqual(['synced 3']);
  });

  it.each(['ends-at-once', 'bookmark-and-end', 'unavailable', 'garbage', 'half-a-line'] as const)(
    'grow up to a bound while each watch is %s',
    async (trouble) => {
      const source = new MisbehavingList();
      const { clock, follower } = follow(source);
      await follower.until(() => source.watches.length === 1);
      source.troubles.push(...times(7, trouble));
      await clock.advance(0);
      source.breakOff();
      await follower.until(() => source.watches.length === 9);
      // The first is that of the connection that broke.
      expect(clock.sleptMs).toEqual([...growing, 750]);
      expect(source.lists).toHaveLength(1);
    },
  );

  it('begin anew after something was told', async () => {
    const source = new MisbehavingList();
    const { clock, follower } = follow(source);
    await follower.until(() => source.watches.length === 1);
    for (const name of ['one', 'two', 'three']) {
      source.put(name, 1);
      await follower.until(() => follower.things.has(name));
      source.troubles.push('gone');
      source.breakOff();
      await follower.until(() => source.troubles.length === 0 && follower.told.at(-1)?.startsWith('synced') === true);
      await clock.advance(0);
    }
    expect(clock.sleptMs).toEqual([75, 75, 75]);
  });

  it.each([
    [1000, []],
    [999, [75]],
  ])('are none after a quiet watch that lasted (%i ms)', async (ms, slept) => {
    const source = new MisbehavingList();
    const { clock, follower } = follow(source);
    await follower.until(() => source.watches.length === 1);
    await clock.advance(ms);
    source.end();
    await follower.until(() => source.watches.length === 2);
    expect(clock.sleptMs).toEqual(slept);
  });
});

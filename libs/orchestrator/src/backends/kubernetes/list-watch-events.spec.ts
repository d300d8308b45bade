import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { ListWatch } from './list-watch.js';
import type { ListWatchOptions } from './list-watch-options.js';
import { ListFollower } from './testing/list-follower.js';
import { MisbehavingList, type Thing } from './testing/misbehaving-list.js';

const opened: ListWatch<Thing>[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

function open(source: MisbehavingList, options: Partial<ListWatchOptions> = {}): ListWatch<Thing> {
  const list = new ListWatch<Thing>(source, { firstBackoffMs: 1, lastBackoffMs: 4, ...options });
  opened.push(list);
  return list;
}

/** A list of one thing that is watched, after everything that was told so far. */
async function watched(): Promise<{
  source: MisbehavingList;
  list: ListWatch<Thing>;
  follower: ListFollower;
  one: Thing;
}> {
  const source = new MisbehavingList();
  const one = source.put('one', 1);
  const list = open(source);
  const follower = new ListFollower(list);
  await follower.until(() => source.watches.length === 1);
  return { source, list, follower, one };
}

/** Made by somebody else under the same name. */
const successorOf = (thing: Thing): Thing => ({
  ...thing,
  metadata: { ...thing.metadata, uid: 'other', resourceVersion: '900' },
});
const asOf = (thing: Thing, resourceVersion: string, value: number): Thing => ({
  value,
  metadata: { ...thing.metadata, resourceVersion },
});

describe('an event of a watch', () => {
  it('that comes more than once is told once', async () => {
    const { source, follower, one } = await watched();
    source.tellOf('ADDED', one);
    const two = source.put('two', 2);
    source.tellOf('ADDED', two);
    source.tellOf('MODIFIED', two);
    source.remove('one');
    source.tellOf('DELETED', one);
    source.put('last', 3);
    await follower.until(() => follower.things.has('last'));
    expect(follower.told).toEqual(['synced 1', 'changed two', 'deleted one', 'changed last']);
  });

  it.each(['3', '99999', 'x-17'])(
    'is believed whatever its version says, since versions have no order that we may know of (%s)',
    async (version) => {
      const { source, list, follower, one } = await watched();
      source.tellOf('MODIFIED', asOf(one, version, 17));
      await follower.until(() => follower.things.get('one') === 17);
      expect(list.get('one')?.value).toBe(17);
      source.breakOff();
      await follower.until(() => source.watches.length === 2);
      expect(source.watches[1]?.resourceVersion).toBe(version);
    },
  );

  it('that was out of date is put right by the next list', async () => {
    const { source, follower, one } = await watched();
    source.tellOf('MODIFIED', asOf(one, '3', 17));
    await follower.until(() => follower.things.get('one') === 17);
    source.troubles.push('gone');
    source.breakOff();
    await follower.until(() => source.watches.length === 3);
    expect(follower.told).toEqual(['synced 1', 'changed one', 'synced 1']);
    expect(follower.things.get('one')).toBe(1);
  });

  it('of one that was made anew under its name tells the end of the other', async () => {
    const { source, follower, one } = await watched();
    source.tellOf('ADDED', successorOf(one));
    await follower.until(() => follower.told.includes('changed one'));
    expect(follower.told).toEqual(['synced 1', 'deleted one', 'changed one']);
  });

  it('that tells the end of one too late leaves its successor', async () => {
    const { source, list, follower, one } = await watched();
    source.tellOf('ADDED', successorOf(one));
    source.tellOf('DELETED', one);
    source.put('last', 3);
    await follower.until(() => follower.things.has('last'));
    expect(follower.told).toEqual(['synced 1', 'deleted one', 'changed one', 'changed last']);
    expect(list.get('one')?.metadata.uid).toBe('other');
  });
});

describe('a watch that tells nothing but bookmarks', () => {
  it('tells nobody anything, and goes on from the last of them', async () => {
    const { source, follower } = await watched();
    for (let number = 0; number < 5; number += 1) source.bookmark();
    source.end();
    await follower.until(() => source.watches.length === 2);
    // The list was at 107; each bookmark is 7 further.
    expect(source.watches.map(({ resourceVersion }) => resourceVersion)).toEqual(['107', '142']);
    source.forget();
    await follower.until(() => source.watches.length === 3);
    expect([follower.told, source.lists.length]).toEqual([['synced 1'], 1]);
  });
});

describe('a list of several pages', () => {
  it('begins anew where a page is gone, and tells nothing of the half', async () => {
    const source = new MisbehavingList();
    for (const name of ['one', 'two', 'three']) source.put(name, 1);
    source.troubles.push('page-gone');
    const losses: unknown[] = [];
    const follower = new ListFollower(open(source, { pageSize: 2, onError: (error) => losses.push(error) }));
    await follower.until(() => source.watches.length === 1);
    expect(source.lists.map((query) => query.continue)).toEqual([undefined, '2', undefined, '2']);
    expect([follower.told, losses]).toEqual([['synced 3'], [expect.objectContaining({ status: 410 })]]);
  });
});

describe('a follower that throws', () => {
  const broken = new RangeError('cannot take it');

  it('keeps nobody from hearing what is told, and the watch goes on', async () => {
    const source = new MisbehavingList();
    source.put('one', 1);
    const failures: unknown[] = [];
    const list = open(source, { onError: (error) => failures.push(error) });
    list.follow(() => {
      throw broken;
    });
    const follower = new ListFollower(list);
    await follower.until(() => source.watches.length === 1);
    source.put('two', 2);
    source.remove('one');
    await follower.until(() => follower.told.includes('deleted one'));
    expect(follower.told).toEqual(['synced 1', 'changed two', 'deleted one']);
    expect(failures).toEqual([broken, broken, broken]);
    expect([source.lists.length, source.watches.length]).toEqual([1, 1]);
  });

  it('is followed no less for it, and can be stopped', async () => {
    const { source, list, follower } = await watched();
    const stop = list.follow(() => {
      throw broken;
    });
    stop();
    source.put('two', 2);
    await follower.until(() => follower.told.includes('changed two'));
    expect(follower.told).toEqual(['synced 1', 'changed two']);
  });

  it('hears everything anew where that is what follows a loss', async () => {
    const source = new MisbehavingList();
    const failures: unknown[] = [];
    const list = open(source, { listsAfterLoss: true, onError: (error) => failures.push(error) });
    const heard: string[] = [];
    list.follow(({ type }) => {
      heard.push(type);
      if (type === 'changed') throw broken;
    });
    const follower = new ListFollower(list);
    await follower.until(() => source.watches.length === 1);
    source.put('one', 1);
    await follower.until(() => source.watches.length === 2);
    expect([heard, failures]).toEqual([['synced', 'changed', 'synced'], [broken]]);
    expect(follower.told).toEqual(['synced 0', 'changed one', 'synced 1']);
  });
});

describe('who waits until everything was listed once', () => {
  it('leaves nothing behind at the signal: neither when it was, nor when it ends before', async () => {
    const { list } = await watched();
    const abort = new AbortController();
    await list.synced(abort.signal);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);

    const source = new MisbehavingList();
    source.troubles.push('unavailable');
    const away = open(source, { firstBackoffMs: 60_000 });
    const waiting = away.synced(abort.signal);
    abort.abort(new RangeError('changed my mind'));
    await expect(waiting).rejects.toThrow('changed my mind');
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('waits no longer when the list is closed', async () => {
    const source = new MisbehavingList();
    source.troubles.push('unavailable');
    const away = open(source, { firstBackoffMs: 60_000 });
    const waiting = away.synced(new AbortController().signal);
    await away.close();
    await expect(waiting).rejects.toThrow('aborted');
  });
});

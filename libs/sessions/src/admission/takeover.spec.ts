import { MusterError, type InstanceId } from '@muster/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aUser, startAdmission } from './testing/admission-under-test.js';

const ada = aUser('usr_ada');
let under: Awaited<ReturnType<typeof startAdmission>>;

beforeEach(async () => {
  under = await startAdmission();
});
afterEach(() => under.close());

/** A session that `name` holds and runs. */
async function heldBy(name: string): Promise<string> {
  await under.lease(name);
  const { id } = await under.global.create(ada, { type: 'lab' });
  await under.global.round();
  await under.hold(id, { change: 'confirm' });
  return id;
}

/** Lets time pass while `alive` renew their leases and global session looks every second. */
async function pass(ms: number, ...alive: string[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    await under.clock.advance(1000);
    for (const name of alive) await under.lease(name);
    await under.global.round();
  }
}

describe('takeover', () => {
  it('gives the sessions of a session service whose lease has ended to another, under the next epoch', async () => {
    const id = await heldBy('a');
    await pass(9000, 'b');
    expect(await under.read(id)).toMatchObject({ holder: 'a', epoch: 1 });
    await pass(3000, 'b');
    expect(await under.read(id)).toMatchObject({ holder: 'b', epoch: 2, state: 'starting', granted: null });
    expect(under.holders.told.at(-1)).toEqual({ address: 'http://b', session: id, epoch: 2 });
  });

  it('happens at once when the holder died with an earlier process that held the lock of the installation', async () => {
    const id = await heldBy('a');
    await under.lease('a', { holdsLock: true });
    const next = under.replica({ lockHolder: 'b' as InstanceId });
    await under.lease('b', { holdsLock: true }, next);
    await next.round();
    expect(await under.read(id)).toMatchObject({ holder: 'b', epoch: 2 });
  });

  it('waits for the lease of a holder in another process, whoever holds the lock now', async () => {
    const id = await heldBy('a');
    const next = under.replica({ lockHolder: 'b' as InstanceId });
    await under.lease('b', { holdsLock: true }, next);
    await next.round();
    expect(await under.read(id)).toMatchObject({ holder: 'a', epoch: 1 });
  });

  it('happens at once when a session service leaves', async () => {
    const id = await heldBy('a');
    await under.lease('b');
    await under.lease('a', { leaving: true });
    await under.global.round();
    expect(await under.read(id)).toMatchObject({ holder: 'b', epoch: 2 });
  });

  it('is not put off by a renewal that was sent before the service left and arrives after', async () => {
    const id = await heldBy('a');
    await under.lease('b');
    await under.lease('a', { leaving: true });
    await under.lease('a');
    await under.global.round();
    expect(await under.read(id)).toMatchObject({ holder: 'b', epoch: 2 });
  });

  it('does not wait for a directory that hangs while others wait in the queue', async () => {
    const id = await heldBy('a');
    await under.global.create(ada, { type: 'lab' });
    under.directory.plan = async () => {
      await under.clock.sleep(5000);
      throw new MusterError('deadline-exceeded', 'no answer in time');
    };
    under.global.start();
    await drive(15_000, () => under.lease('b'));
    expect(await under.read(id)).toMatchObject({ holder: 'b', epoch: 2 });
  });

  it('is done once by two replicas', async () => {
    const id = await heldBy('a');
    const other = under.replica();
    await under.lease('b');
    await under.lease('a', { leaving: true });
    await Promise.all([under.global.round(), other.round()]);
    expect(await under.read(id)).toMatchObject({ holder: 'b', epoch: 2 });
  });

  it('waits for somebody to take them', async () => {
    const id = await heldBy('a');
    await pass(12_000);
    expect(await under.read(id)).toMatchObject({ holder: 'a', epoch: 1 });
    await pass(1000, 'b');
    expect(await under.read(id)).toMatchObject({ holder: 'b', epoch: 2 });
  });

  it('leaves a session alone whose holder renews its lease', async () => {
    const id = await heldBy('a');
    await pass(20_000, 'a', 'b');
    expect(await under.read(id)).toMatchObject({ holder: 'a', epoch: 1 });
  });

  it('finds sessions of a service that left no lease, a whole lease after it was missed', async () => {
    const id = await heldBy('a');
    await under.store
      .collection({ name: 'services', indexes: [{ name: 'kind', fields: ['kind'] }] })
      .remove('session/a');
    await pass(1000, 'b');
    await under.global.reconcileNow();
    expect(await under.read(id)).toMatchObject({ holder: 'a' });
    await pass(11_000, 'b');
    await under.global.reconcileNow();
    expect(await under.read(id)).toMatchObject({ holder: 'b', epoch: 2 });
  });
});

describe('leases', () => {
  it('of a session service and a relay in one process are two', async () => {
    await under.lease('one', { capacity: 5 });
    await under.lease('one', { kind: 'relay', capacity: 0 });
    expect(under.global.registry.takers().map(({ instance, capacity }) => [instance, capacity])).toEqual([['one', 5]]);
  });

  it('tell relays who holds a session, and nobody while nobody does', async () => {
    const id = await heldBy('a');
    expect(await under.global.holder(id as never)).toMatchObject({
      epoch: 1,
      holder: { instance: 'a', address: 'http://a' },
    });
    await pass(12_000);
    expect(await under.global.holder(id as never)).not.toHaveProperty('holder');
  });
});

describe('the wish for further session services', () => {
  it('is told to the directory when all are full, and taken back when one idles', async () => {
    await under.close();
    under = await startAdmission({ provisioning: { maxFurther: 3, idleMs: 5000 } });
    under.global.start();
    await under.lease('hand', { capacity: 0 });
    await expect.poll(() => under.directory.wishes.at(-1)).toEqual({ further: 0, stop: [] });
    await drive(15_000, () => under.lease('hand', { capacity: 0 }));
    expect(under.directory.wishes.at(-1)).toEqual({ further: 1, stop: [] });
    const both = async (): Promise<unknown> => [
      await under.lease('hand', { capacity: 5 }),
      await under.lease('more', { provisioned: true }),
    ];
    await drive(15_000, both);
    expect(under.directory.wishes.at(-1)).toEqual({ further: 0, stop: ['more' as InstanceId] });
    expect(await under.lease('more', { provisioned: true })).toMatchObject({ drain: true });
    await under.global.stop();
  });

  it('goes on as soon as a service has come or leaves, without waiting for its period', async () => {
    await under.close();
    under = await startAdmission({ provisioning: { maxFurther: 3, idleMs: 5000 } });
    under.global.start();
    await drive(15_000, () => under.lease('hand', { capacity: 0 }));
    expect(under.directory.wishes.at(-1)).toEqual({ further: 1, stop: [] });
    await under.lease('more', { capacity: 0, provisioned: true });
    await expect.poll(() => under.directory.wishes.at(-1)).toEqual({ further: 2, stop: [] });
    await under.global.stop();
  });
});

/** Lets the rounds run by themselves; the database answers in real time. */
async function drive(ms: number, renew: () => Promise<unknown>): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    await under.clock.advance(500);
    await renew();
    await under.sessions.count();
  }
}

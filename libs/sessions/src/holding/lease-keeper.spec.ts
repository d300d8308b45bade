import { describe, expect, it } from 'vitest';
import type { InstanceId, RenewLease, RenewLeaseAnswer } from '@muster/contracts';
import { FakeClock } from '@muster/testing';
import { LeaseKeeper } from './lease-keeper.js';

class FakeGlobalSession {
  readonly asked: RenewLease[] = [];
  isAway = false;
  /** So many calls are not answered. */
  hangs = 0;
  constructor(private readonly clock: FakeClock) {}
  async renew(ask: RenewLease, { deadlineMs }: { deadlineMs: number }): Promise<RenewLeaseAnswer> {
    this.asked.push(ask);
    if (this.hangs > 0) {
      this.hangs -= 1;
      await this.clock.sleep(deadlineMs);
      throw new TypeError('no answer in time');
    }
    return this.isAway ? Promise.reject(new TypeError('away')) : Promise.resolve({ leaseMs: 9000, drain: false });
  }
}

function keeping() {
  const clock = new FakeClock();
  const port = new FakeGlobalSession(clock);
  const told: string[] = [];
  const lease = new LeaseKeeper({
    port,
    clock,
    log: { info: () => undefined, warn: () => undefined },
    instance: 'svc_a' as InstanceId,
    address: () => 'http://127.0.0.1:1',
    version: '1',
    capacity: 10,
    provisioned: false,
    holdsLock: false,
    held: () => 2,
    onLost: () => told.push(`lost at ${clock.monotonicMs()}`),
    onHeld: () => told.push(`held at ${clock.monotonicMs()}`),
  });
  return { clock, port, told, lease };
}

describe('the lease of a session service', () => {
  it('is renewed at every third of it', async () => {
    const { clock, port, told, lease } = keeping();
    lease.start();
    await clock.advance(0);
    await clock.advance(9000);
    expect([port.asked.length, told, lease.mayAct()]).toEqual([4, ['held at 0'], true]);
    expect(port.asked[0]).toEqual({
      instance: 'svc_a',
      kind: 'session',
      address: 'http://127.0.0.1:1',
      version: '1',
      capacity: 10,
      held: 2,
    });
    await lease.leave();
  });

  it('lets the service act no more before it can have ended, counted from the last renewal that was sent', async () => {
    const { clock, port, told, lease } = keeping();
    lease.start();
    await clock.advance(0);
    await clock.advance(3000);
    port.isAway = true;
    await clock.advance(8099);
    expect(lease.mayAct()).toBe(true);
    await clock.advance(1);
    expect([lease.mayAct(), told]).toEqual([false, ['held at 0', 'lost at 11100']]);
    port.isAway = false;
    await clock.advance(1500);
    expect([lease.mayAct(), told.length]).toEqual([true, 3]);
    await lease.leave();
  });

  it('outlives a renewal that nobody answers', async () => {
    const { clock, port, told, lease } = keeping();
    lease.start();
    await clock.advance(0);
    port.hangs = 1;
    await clock.advance(20_000);
    expect([lease.mayAct(), told]).toEqual([true, ['held at 0']]);
    await lease.leave();
  });

  it('is given up at once when the service leaves, after it has stopped acting', async () => {
    const { clock, port, told, lease } = keeping();
    lease.start();
    await clock.advance(0);
    await clock.advance(100);
    await lease.leave();
    expect([lease.mayAct(), told, port.asked.at(-1)?.leaving]).toEqual([false, ['held at 0', 'lost at 100'], true]);
    await clock.advance(20_000);
    expect(port.asked.length).toBe(2);
  });
});

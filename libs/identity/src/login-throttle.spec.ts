import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '@muster/testing';
import { LoginThrottle, defaultLoginThrottle } from './login-throttle.js';

describe('LoginThrottle', () => {
  let clock: FakeClock;
  let throttle: LoginThrottle;
  const fail = (user: string, source: string, times: number): void => {
    for (let time = 0; time < times; time += 1) throttle.begin(user, source);
  };
  beforeEach(() => {
    clock = new FakeClock();
    throttle = new LoginThrottle(clock, { ...defaultLoginThrottle, freeFailures: 3, sourceFailures: 20 });
  });

  it('lets a user from a source wait after some failures, twice as long after each further one', async () => {
    fail('ada', '192.0.2.1', 3);
    expect(() => throttle.begin('ada', '192.0.2.1')).toThrow(
      expect.objectContaining({ code: 'too-many-requests', retryAfterMs: 1000 }),
    );
    await clock.advance(1000);
    throttle.begin('ada', '192.0.2.1');
    expect(() => throttle.begin('ADA', '192.0.2.1')).toThrow(expect.objectContaining({ retryAfterMs: 2000 }));
  });

  it('never waits longer than the bound', async () => {
    for (let time = 0; time < 15; time += 1) {
      throttle.begin('ada', '192.0.2.1');
      await clock.advance(300_000);
    }
    throttle.begin('ada', '192.0.2.1');
    expect(() => throttle.begin('ada', '192.0.2.1')).toThrow(expect.objectContaining({ retryAfterMs: 300_000 }));
  });

  it('does not lock the user out for other sources', () => {
    fail('ada', '192.0.2.1', 3);
    expect(() => throttle.begin('ada', '192.0.2.2')).not.toThrow();
  });

  it('bounds the failures of one source whatever the names, and lets it go on slowly', async () => {
    for (let n = 0; n < 20; n += 1) throttle.begin(`user${n}`, '192.0.2.1');
    expect(() => throttle.begin('another', '192.0.2.1')).toThrow(expect.objectContaining({ retryAfterMs: 3000 }));
    await clock.advance(3000);
    expect(() => throttle.begin('another', '192.0.2.1')).not.toThrow();
  });

  it('counts the addresses of one IPv6 network as one source', () => {
    fail('ada', '2001:db8:1:2::1', 3);
    expect(() => throttle.begin('ada', '2001:db8:1:2:ffff::9')).toThrow(/too-many-requests/);
    expect(() => throttle.begin('ada', '2001:db8:1:3::1')).not.toThrow();
  });

  it('forgets failures after a success', () => {
    fail('ada', '192.0.2.1', 2);
    throttle.begin('ada', '192.0.2.1')();
    expect(() => fail('ada', '192.0.2.1', 3)).not.toThrow();
  });

  it('counts attempts that are still under way, so that many at once gain nothing', () => {
    const attempts = Array.from({ length: 10 }, () => () => throttle.begin('ada', '192.0.2.1'));
    const begun = attempts.filter((attempt) => {
      try {
        return attempt();
      } catch {
        return false;
      }
    });
    expect(begun.length).toBe(3);
  });

  it('remembers a bounded number of pairs', () => {
    throttle = new LoginThrottle(clock, { ...defaultLoginThrottle, freeFailures: 1, maxRemembered: 100 });
    throttle.begin('ada', '192.0.2.1');
    for (let n = 0; n < 200; n += 1) throttle.begin('ada', `198.51.100.${n}`);
    expect(() => throttle.begin('ada', '192.0.2.1')).not.toThrow();
  });
});

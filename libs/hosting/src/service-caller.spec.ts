import { describe, expect, it } from 'vitest';
import { MusterError } from '@muster/contracts';
import type { ServiceIdentity } from '@muster/identity';
import type { OutgoingCall, OutgoingCalls } from '@muster/platform';
import { ServiceCaller } from './service-caller.js';

/** Two replicas, of which the named ones cannot be reached; says what was called. */
class Replicas implements OutgoingCalls {
  readonly called: OutgoingCall[] = [];
  failures: Record<string, MusterError> = {};

  async json<T>(call: OutgoingCall): Promise<T> {
    this.called.push(call);
    const failure = this.failures[new URL(call.url).hostname];
    if (failure !== undefined) throw failure;
    return { from: new URL(call.url).hostname } as T;
  }

  async stream(): Promise<Response> {
    return new Response('');
  }

  plain(): never {
    throw new TypeError('services speak JSON');
  }

  get hosts(): string[] {
    return this.called.map((call) => new URL(call.url).hostname);
  }
}

class OneToken {
  dropped = 0;
  async token(): Promise<string> {
    return 'service-token';
  }
  drop(): void {
    this.dropped += 1;
  }
}

function arrange(addresses: readonly string[] = ['http://a', 'http://b']) {
  const calls = new Replicas();
  const identity = new OneToken();
  const caller = new ServiceCaller({
    identity: identity as unknown as ServiceIdentity,
    calls,
    addresses: () => ({ auth: addresses, 'global-session': [], 'global-directory': [] }),
    defaultDeadlineMs: 1234,
  });
  return { calls, identity, caller };
}

const unreachable = (sent: boolean): MusterError =>
  new MusterError('upstream-unavailable', 'gone', { extensions: { sent } });

describe('a call between services', () => {
  it('carries the token of its service and has a deadline', async () => {
    const { calls, caller } = arrange();
    expect(await caller.toService('auth', { method: 'GET', path: '/internal/v1/x' })).toEqual({ from: 'a' });
    expect(calls.called).toEqual([
      { method: 'GET', url: 'http://a/internal/v1/x', deadlineMs: 1234, bearer: 'service-token' },
    ]);
  });

  it('goes to another replica when one cannot be reached, and stays there', async () => {
    const { calls, caller } = arrange();
    calls.failures = { a: unreachable(false) };
    const call = { method: 'POST', path: '/internal/v1/x' } as const;
    await caller.toService('auth', call);
    await caller.toService('auth', call);
    expect(calls.hosts).toEqual(['a', 'b', 'b']);
  });

  it('is not repeated elsewhere when it may have arrived, unless it only reads', async () => {
    const { calls, caller } = arrange();
    calls.failures = { a: unreachable(true) };
    await expect(caller.toService('auth', { method: 'POST', path: '/x' })).rejects.toMatchObject({
      code: 'upstream-unavailable',
    });
    expect(calls.hosts).toEqual(['a']);
    expect(await caller.toService('auth', { method: 'GET', path: '/x' })).toEqual({ from: 'b' });
  });

  it.each(['deadline-exceeded', 'store-unavailable', 'not-ready'] as const)(
    'leaves a replica that answers %s to itself: the next call goes to another',
    async (code) => {
      const { calls, caller } = arrange();
      calls.failures = { a: new MusterError(code, 'it hangs') };
      const call = { method: 'POST', path: '/x' } as const;
      await expect(caller.toService('auth', call)).rejects.toMatchObject({ code });
      expect(await caller.toService('auth', call)).toEqual({ from: 'b' });
    },
  );

  it('gives up when no replica can be reached', async () => {
    const { calls, caller } = arrange();
    calls.failures = { a: unreachable(false), b: unreachable(false) };
    await expect(caller.toService('auth', { method: 'GET', path: '/x' })).rejects.toMatchObject({
      code: 'upstream-unavailable',
    });
    expect(calls.hosts).toEqual(['a', 'b']);
  });

  it('says so when no address is configured', async () => {
    const { caller } = arrange();
    await expect(caller.toService('global-session', { method: 'GET', path: '/x' })).rejects.toMatchObject({
      code: 'upstream-unavailable',
      detail: 'no address of global-session is configured',
    });
  });

  it('drops a token that is refused, so that the next call takes a new one', async () => {
    const { calls, caller, identity } = arrange();
    calls.failures = { a: new MusterError('token-expired', 'too old') };
    await expect(caller.toAddress('http://a', { method: 'GET', path: '/x' })).rejects.toMatchObject({
      code: 'token-expired',
    });
    expect(identity.dropped).toBe(1);
  });
});

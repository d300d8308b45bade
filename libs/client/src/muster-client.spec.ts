import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeInstallation } from '@muster/testing';
import type { SessionNews } from '@muster/contracts/wire';
import { MusterClient, type MusterError, realTimers, type Timers } from './index.js';

/** Waits are as short as can be; their order is the same. */
const quickTimers: Timers = { after: (ms, then) => realTimers.after(Math.min(ms, 5), then), random: () => 0 };

let installation: FakeInstallation;
let client: MusterClient;
beforeEach(async () => {
  installation = await FakeInstallation.start();
  client = new MusterClient({ baseUrl: `${installation.baseUrl}/`, timers: quickTimers });
});
afterEach(() => installation.stop());

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: MusterError) => error.code,
  );
const event = (id: number, state: 'queued' | 'starting' | 'running' | 'closed'): SessionNews => ({
  id,
  at: '',
  kind: 'state',
  text: state,
  state,
});

describe('a client of the REST interface', () => {
  it('logs in, and renews its token once when it has ended, however many requests meet that', async () => {
    expect((await client.login('ada', 'secret')).username).toBe('ada');
    installation.endTokens();
    const sessions = await Promise.all([
      client.sessions.get('ses_1'),
      client.sessions.get('ses_1'),
      client.sessions.get('ses_1'),
    ]);
    expect(sessions.map((session) => session.state)).toEqual(['queued', 'queued', 'queued']);
    const refreshes = installation.calls.filter((call) => call.path === '/v1/auth/refresh');
    expect(refreshes.map((call) => call.body)).toEqual([{ refreshToken: 'refresh-1' }]);
  });

  it('logs out also when its token has ended meanwhile', async () => {
    await client.login('ada', 'secret');
    installation.endTokens();
    await client.logout();
    const paths = installation.calls.map((call) => call.path.replace('/v1/auth/', ''));
    expect(paths).toEqual(['login', 'logout', 'refresh', 'logout']);
    expect(await codeOf(client.sessions.get('ses_1'))).toBe('token-expired');
  });

  it('asks whoever keeps its login for the next token, once for all requests that meet the end of the last', async () => {
    await client.login('ada', 'secret');
    let renewals = 0;
    const renewToken = (): Promise<string> => {
      renewals += 1;
      return Promise.resolve('access-1');
    };
    const kept = new MusterClient({ baseUrl: installation.baseUrl, timers: quickTimers, token: 'ended', renewToken });
    const sessions = await Promise.all([kept.sessions.get('ses_1'), kept.sessions.get('ses_1')]);
    expect([sessions.map(({ state }) => state), renewals]).toEqual([['queued', 'queued'], 1]);
  });

  it('reads the output of a worker line by line, however it is cut into pieces', async () => {
    await client.login('ada', 'secret');
    installation.output.push(
      '{"stream":"stdout","text":"one"}\n{"stream":"stderr",',
      '"text":"two","droppedBytes":7}\n',
    );
    const lines = [];
    for await (const line of client.sessions.logs('ses_1', 'solver', { follow: true })) lines.push(line);
    expect(lines).toEqual([
      { stream: 'stdout', text: 'one' },
      { stream: 'stderr', text: 'two', droppedBytes: 7 },
    ]);
    expect(installation.calls.at(-1)?.path).toBe('/v1/sessions/ses_1/workers/solver/logs?follow=true');
  });

  it('throws the problem of the installation', async () => {
    installation.failures.push({ status: 401, code: 'wrong-credentials' });
    expect(await codeOf(client.login('ada', 'wrong'))).toBe('wrong-credentials');
  });

  it('says token-expired when it has nothing to renew with', async () => {
    expect(await codeOf(client.sessions.get('ses_1'))).toBe('token-expired');
  });

  it('creates one session also when an answer is lost: the key stays the same', async () => {
    await client.login('ada', 'secret');
    installation.failures.push({ status: 0, code: '' }, { status: 503, code: 'store-unavailable' });
    await client.sessions.create({ type: 'field-lab' });
    const keys = installation.calls
      .filter((call) => call.path === '/v1/sessions')
      .map((call) => call.headers['idempotency-key']);
    expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
  });

  it('does not send a login twice', async () => {
    installation.failures.push({ status: 503, code: 'store-unavailable' });
    expect(await codeOf(client.login('ada', 'secret'))).toBe('store-unavailable');
  });

  it('is cancelled by its signal', async () => {
    expect(await codeOf(client.sessions.get('ses_1', { signal: AbortSignal.abort() }))).toBe('cancelled');
  });
});

describe('the events of a session', () => {
  it('come each once, over as many connections as it takes, and end with the session', async () => {
    await client.login('ada', 'secret');
    installation.eventsPerStream = 2;
    for (const [id, state] of [
      [1, 'queued'],
      [2, 'starting'],
      [3, 'running'],
      [4, 'closed'],
    ] as const)
      installation.addEvent(event(id, state));
    const seen: unknown[] = [];
    for await (const news of client.sessions.events('ses_1')) seen.push('id' in news && news.id);
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(installation.calls.at(-1)?.headers['last-event-id']).toBe('2');
  });

  it('let a client wait for a state', async () => {
    await client.login('ada', 'secret');
    const news: string[] = [];
    const waiting = client.sessions.waitUntil('ses_1', 'running', { onEvent: (one) => news.push(one.kind) });
    await installation.until(() => installation.calls.some((call) => call.path.endsWith('/events')));
    installation.addEvent({ kind: 'queue', queue: { place: 1, estimatedStartMs: null } });
    installation.session.state = 'running';
    installation.addEvent(event(1, 'running'));
    expect((await waiting).state).toBe('running');
    expect(news).toEqual(['queue', 'state']);
  });

  it('end a wait when the session ends in another state, with the reason', async () => {
    await client.login('ada', 'secret');
    installation.session = { state: 'failed', reason: 'no licence' };
    const waiting = client.sessions.waitUntil('ses_1', 'running');
    await expect(waiting).rejects.toMatchObject({ code: 'session-ended', detail: 'no licence' });
  });
});

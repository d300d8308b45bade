import { describe, expect, it } from 'vitest';
import type { InstanceId, Revocation, RouteTable, SessionId, TicketAsk, UserId, WorkerId } from '@muster/contracts';
import { aGrantedSession, aRecipe, owner } from './spec-kit/a-session.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';
import type { HeldSession } from './held-session.js';

const relay = 'svc_relay' as InstanceId;
const ada: TicketAsk = { user: owner, userName: 'ada', tokenVersion: 1, tokenExpiresAt: null, loginId: 'login_1' };
const bob: TicketAsk = { ...ada, user: 'usr_bob' as UserId, userName: 'bob', loginId: 'login_2' };

async function opened(): Promise<{ test: HoldingHarness; session: HeldSession }> {
  const test = new HoldingHarness();
  await test.granted();
  return { test, session: await test.a.holder.require(test.id) };
}

describe('a ticket', () => {
  it('is good once, for the session and the user it was made for', async () => {
    const { test, session } = await opened();
    const { ticket } = await test.a.desk.issue(session, ada);
    const redeem = () => test.a.desk.redeem(session, { ticket, clientId: 'client-1', relay });
    expect(await redeem()).toEqual({
      session: 'ses_1',
      user: owner,
      owner,
      tokenVersion: 1,
      tokenExpiresAt: null,
      loginId: 'login_1',
      connection: test.document.rev,
    });
    await expect(redeem()).rejects.toMatchObject({ code: 'ticket-invalid' });
    expect(test.document.clients).toEqual([{ clientId: 'client-1', user: owner, seenAtMs: test.clock.nowMs() }]);
  });

  it('is redeemed by one of many that try at once', async () => {
    const { test, session } = await opened();
    const { ticket } = await test.a.desk.issue(session, ada);
    const tries = Array.from({ length: 20 }, () =>
      test.a.desk.redeem(session, { ticket, clientId: 'client-1', relay }),
    );
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  });

  it('is refused when it comes late, or is of another session', async () => {
    const { test, session } = await opened();
    const { ticket } = await test.a.desk.issue(session, ada);
    await test.sessions.insert(aGrantedSession({ _id: 'ses_2' as SessionId }));
    await test.a.holder.changed('ses_2' as SessionId);
    await test.settle();
    const other = await test.a.holder.require('ses_2' as SessionId);
    const ask = { ticket, clientId: 'client-1', relay };
    await expect(test.a.desk.redeem(other, ask)).rejects.toMatchObject({ code: 'ticket-invalid' });
    await test.clock.advance(30_000);
    await expect(test.a.desk.redeem(session, ask)).rejects.toMatchObject({ code: 'ticket-invalid' });
  });

  it("does not bind a client's id that belongs to another user", async () => {
    const { test, session } = await opened();
    const first = await test.a.desk.issue(session, ada);
    await test.a.desk.redeem(session, { ticket: first.ticket, clientId: 'client-1', relay });
    const second = await test.a.desk.issue(session, bob);
    const redeem = test.a.desk.redeem(session, { ticket: second.ticket, clientId: 'client-1', relay });
    await expect(redeem).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('is bounded in number', async () => {
    const { test, session } = await opened();
    for (let count = 0; count < 3; count += 1) await test.a.desk.issue(session, ada);
    await expect(test.a.desk.issue(session, ada)).rejects.toMatchObject({ code: 'too-many-requests' });
  });

  it('is void when its login is revoked', async () => {
    const { test, session } = await opened();
    const { ticket } = await test.a.desk.issue(session, ada);
    const kept = await test.a.desk.issue(session, bob);
    const revocation: Revocation = {
      number: 1,
      at: '',
      kind: 'login',
      subject: 'login_1',
      userId: owner,
      reason: 'logged-out',
    };
    expect(await test.a.desk.revoke(session, revocation)).toBe(true);
    await expect(test.a.desk.redeem(session, { ticket, clientId: 'client-1', relay })).rejects.toMatchObject({
      code: 'ticket-invalid',
    });
    expect(await test.a.desk.redeem(session, { ticket: kept.ticket, clientId: 'client-2', relay })).toMatchObject({
      user: 'usr_bob',
    });
  });

  it('outlives a takeover, since it stands in the document', async () => {
    const { test, session } = await opened();
    const { ticket } = await test.a.desk.issue(session, ada);
    test.a.holder.dropAll();
    test.takeOver();
    const adopted = await test.b.holder.require(test.id);
    expect(await test.b.desk.redeem(adopted, { ticket, clientId: 'client-1', relay })).toMatchObject({ user: owner });
  });

  it('is neither given nor taken while the session ends', async () => {
    const { test, session } = await opened();
    test.cluster.conduct.set('model', 'ignores-shutdown');
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.settle();
    await expect(test.a.desk.issue(session, ada)).rejects.toMatchObject({ code: 'session-ended' });
  });
});

describe('the door for workers', () => {
  const address = 'http://nod_1:4000/model';

  async function silent(): Promise<{ test: HoldingHarness; session: HeldSession; worker: WorkerId; join: string }> {
    const test = new HoldingHarness();
    test.cluster.conduct.set('model', 'silent');
    await test.granted({ recipe: aRecipe({ model: {} }) });
    const [start] = test.cluster.starts;
    if (start === undefined) throw new TypeError('nothing was started');
    const session = await test.a.holder.require(test.id);
    return { test, session, worker: start.fence.worker, join: start.env['MUSTER_TOKEN'] ?? '' };
  }

  it('takes a join token once', async () => {
    const { test, session, worker, join } = await silent();
    const answer = await test.a.door.register(session, worker, join, { address });
    expect(answer).toMatchObject({
      token: expect.stringMatching(/^mwt_/) as string,
      acceptToken: expect.stringMatching(/^mwa_/) as string,
    });
    await expect(test.a.door.register(session, worker, join, { address })).rejects.toMatchObject({
      code: 'not-authenticated',
    });
    await test.settle();
    expect(test.document.workers['model']).toMatchObject({
      state: 'running',
      speaks: 'http',
      address,
      joinTokenHash: null,
    });
  });

  it('refuses a wrong join token, that of another worker, and that of an incarnation that was replaced', async () => {
    const { test, session, worker, join } = await silent();
    const wrong = `${join.slice(0, -4)}AAAA`;
    await expect(test.a.door.register(session, worker, wrong, { address })).rejects.toMatchObject({
      code: 'not-authenticated',
    });
    await expect(test.a.door.register(session, 'wrk_x' as WorkerId, join, { address })).rejects.toMatchObject({
      code: 'unknown-role',
    });
    test.cluster.crash('model');
    await test.pass(1000);
    expect(test.picture.roles['model']).toBe('2 starting');
    await expect(test.a.door.register(session, worker, join, { address })).rejects.toMatchObject({
      code: 'not-authenticated',
    });
  });

  it('refuses an address that is not where the worker was started', async () => {
    const { test, session, worker, join } = await silent();
    for (const foreign of [
      'http://169.254.169.254/latest',
      'file:///etc/passwd',
      'http://a:b@nod_1:4000',
      'nonsense',
    ]) {
      await expect(test.a.door.register(session, worker, join, { address: foreign })).rejects.toMatchObject({
        code: 'invalid-request',
      });
    }
    await test.a.door.register(session, worker, join, { address });
  });

  it('gives registered workers new tokens, and an old incarnation none', async () => {
    const { test, session } = await opened();
    const worker = test.document.workers['model']?.id as WorkerId;
    const token = test.registered.get('model:1')?.token ?? '';
    const fresh = await test.a.door.refresh(session, worker, token);
    await test.a.door.refresh(session, worker, fresh.token);
    await expect(
      test.a.door.refresh(session, test.document.workers['solver']?.id as WorkerId, token),
    ).rejects.toMatchObject({ code: 'not-allowed' });
    test.cluster.crash('model');
    await test.settle();
    await expect(test.a.door.refresh(session, worker, token)).rejects.toMatchObject({ code: 'stale' });
  });

  it('renews the token of a worker that could reach nobody until it had ended', async () => {
    const { test, session } = await opened();
    const worker = test.document.workers['model']?.id as WorkerId;
    const token = test.registered.get('model:1')?.token ?? '';
    await test.a.door.busy(session, worker, token, { forMs: 20 * 60_000 });
    await test.pass(16 * 60_000);
    await expect(test.a.door.busy(session, worker, token, { forMs: 1000 })).rejects.toMatchObject({
      code: 'token-expired',
    });
    const fresh = await test.a.door.refresh(session, worker, token);
    await test.a.door.busy(session, worker, fresh.token, { forMs: 1000 });
  });

  it('says not-ready while the session is not held here: a worker takes only stale for its own end', async () => {
    const { test } = await opened();
    const worker = test.document.workers['model']?.id as WorkerId;
    const token = test.registered.get('model:1')?.token ?? '';
    const refresh = ({ holder, door } = test.a) =>
      holder.forWorker(test.id, (session) => door.refresh(session, worker, token));
    await refresh();
    test.a.lease.held = false;
    test.a.holder.dropAll();
    await expect(refresh()).rejects.toMatchObject({ code: 'not-ready' });
    test.takeOver();
    test.a.lease.held = true;
    await expect(refresh()).rejects.toMatchObject({ code: 'not-ready' });
    await test.b.holder.changed(test.id);
    await test.settle();
    await refresh(test.b);
    test.cluster.crash('model');
    await test.settle();
    await expect(refresh(test.b)).rejects.toMatchObject({ code: 'stale' });
  });

  it('shows progress at most once a second for each role, and always the end', async () => {
    const { test, session } = await opened();
    const worker = test.document.workers['solver']?.id as WorkerId;
    const token = test.registered.get('solver:1')?.token ?? '';
    for (let done = 1; done <= 10; done += 1)
      await test.a.door.progress(session, worker, token, { text: 'solving', done: done / 10 });
    expect(test.document.events.filter(({ kind }) => kind === 'progress').map(({ done }) => done)).toEqual([0.1, 1]);
  });

  it('keeps a session with a busy worker from being idle', async () => {
    const { test, session } = await opened();
    const worker = test.document.workers['solver']?.id as WorkerId;
    await test.a.door.busy(session, worker, test.registered.get('solver:1')?.token ?? '', { forMs: 1_200_000 });
    await test.pass(1_700_000);
    expect(test.document.state).toBe('running');
    await test.pass(200_000);
    expect(test.document.reason).toBe('idle');
  });
});

describe('the streams of a session', () => {
  it('gives the route table at once and at every change, with what relays need, and ends with the session', async () => {
    const { test, session } = await opened();
    const tables: string[] = [];
    const reading = (async () => {
      for await (const table of test.a.feeds.routes(session)) {
        if ('routes' in table)
          tables.push(
            `${table.state} ${table.routes.map(({ role, incarnation, state }) => `${role}:${incarnation}:${state}`).join(' ')}`,
          );
      }
    })();
    await test.settle();
    test.cluster.crash('solver');
    await test.pass(2000);
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.settle();
    await reading;
    expect([tables[0], tables.at(-1)]).toEqual([
      'running model:1:running solver:1:running',
      'closed model:1:ended solver:2:ended',
    ]);
    expect(tables).toContain('degraded model:1:running solver:2:pending');
  });

  it('gives no address of a worker that cannot be called', async () => {
    const { test, session } = await opened();
    test.cluster.crash('solver');
    await test.settle();
    const table = await test.a.feeds.routes(session).next();
    expect(table.value).toMatchObject({
      routes: [
        {
          role: 'model',
          address: 'http://nod_1:4000/model',
          acceptToken: test.registered.get('model:1')?.acceptToken,
          speaks: 'stream',
        },
        { role: 'solver' },
      ],
    });
    expect(JSON.stringify(table.value)).not.toContain('nod_2');
  });

  it('gives relays no address of a worker that has not taken its initial data: it would refuse what clients ask', async () => {
    const { test, session } = await opened();
    test.cluster.conduct.set('solver', 'hangs-in-init');
    test.cluster.crash('solver');
    await test.pass(2000);
    const { value: table } = (await test.a.feeds.routes(session).next()) as { value: RouteTable };
    const [solver] = table.routes.filter(({ role }) => role === 'solver');
    expect(solver).toEqual({
      role: 'solver',
      worker: expect.any(String),
      incarnation: 2,
      state: 'ready',
      speaks: 'stream',
    });
  });

  it('gives stored events after the one that was seen, then new ones, each once', async () => {
    const { test, session } = await opened();
    const { lastEventId } = test.document;
    const ids: number[] = [];
    const reading = (async () => {
      for await (const line of test.a.feeds.events(session, lastEventId - 2)) if ('id' in line) ids.push(line.id);
    })();
    await test.settle();
    expect(ids).toEqual([lastEventId - 1, lastEventId]);
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.settle();
    await reading;
    expect(ids).toEqual(
      Array.from({ length: test.document.lastEventId - lastEventId + 2 }, (_, index) => lastEventId - 1 + index),
    );
  });

  it('beats while nothing happens', async () => {
    const { test, session } = await opened();
    const lines = test.a.feeds.events(session, test.document.lastEventId);
    const next = lines.next();
    await test.pass(6000);
    expect((await next).value).toEqual({ heartbeat: true });
  });
});

import { describe, expect, it } from 'vitest';
import type { InstanceId, Revocation, SessionId, TicketAsk, UserId } from '@muster/contracts';
import { aGrantedSession, owner } from './spec-kit/a-session.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';

const relay = 'svc_relay' as InstanceId;
const ada: TicketAsk = { user: owner, userName: 'ada', tokenVersion: 1, tokenExpiresAt: null, loginId: 'login_1' };
const bob: TicketAsk = { ...ada, user: 'usr_bob' as UserId, userName: 'bob', loginId: 'login_2' };

describe('a ticket', () => {
  it('is good once, for the session and the user it was made for', async () => {
    const { test, session } = await HoldingHarness.opened();
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
    const { test, session } = await HoldingHarness.opened();
    const { ticket } = await test.a.desk.issue(session, ada);
    const tries = Array.from({ length: 20 }, () =>
      test.a.desk.redeem(session, { ticket, clientId: 'client-1', relay }),
    );
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  });

  it('is refused when it comes late, or is of another session', async () => {
    const { test, session } = await HoldingHarness.opened();
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
    const { test, session } = await HoldingHarness.opened();
    const first = await test.a.desk.issue(session, ada);
    await test.a.desk.redeem(session, { ticket: first.ticket, clientId: 'client-1', relay });
    const second = await test.a.desk.issue(session, bob);
    const redeem = test.a.desk.redeem(session, { ticket: second.ticket, clientId: 'client-1', relay });
    await expect(redeem).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('is bounded in number', async () => {
    const { test, session } = await HoldingHarness.opened();
    for (let count = 0; count < 3; count += 1) await test.a.desk.issue(session, ada);
    await expect(test.a.desk.issue(session, ada)).rejects.toMatchObject({ code: 'too-many-requests' });
  });

  it('is void when its login is revoked', async () => {
    const { test, session } = await HoldingHarness.opened();
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
    const { test, session } = await HoldingHarness.opened();
    const { ticket } = await test.a.desk.issue(session, ada);
    test.a.holder.dropAll();
    test.takeOver();
    const adopted = await test.b.holder.require(test.id);
    expect(await test.b.desk.redeem(adopted, { ticket, clientId: 'client-1', relay })).toMatchObject({ user: owner });
  });

  it('is neither given nor taken while the session ends', async () => {
    const { test, session } = await HoldingHarness.opened();
    test.cluster.conduct.set('model', 'ignores-shutdown');
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.settle();
    await expect(test.a.desk.issue(session, ada)).rejects.toMatchObject({ code: 'session-ended' });
  });
});

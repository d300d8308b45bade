import { describe, expect, it } from 'vitest';
import type { WorkerId } from '@muster/contracts';
import type { HeldSession } from './held-session.js';
import { aRecipe } from './spec-kit/a-session.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';

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
    const { test, session } = await HoldingHarness.opened();
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
    const { test, session } = await HoldingHarness.opened();
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
    const { test } = await HoldingHarness.opened();
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
    const { test, session } = await HoldingHarness.opened();
    const worker = test.document.workers['solver']?.id as WorkerId;
    const token = test.registered.get('solver:1')?.token ?? '';
    for (let done = 1; done <= 10; done += 1)
      await test.a.door.progress(session, worker, token, { text: 'solving', done: done / 10 });
    expect(test.document.events.filter(({ kind }) => kind === 'progress').map(({ done }) => done)).toEqual([0.1, 1]);
  });

  it('keeps a session with a busy worker from being idle', async () => {
    const { test, session } = await HoldingHarness.opened();
    const worker = test.document.workers['solver']?.id as WorkerId;
    await test.a.door.busy(session, worker, test.registered.get('solver:1')?.token ?? '', { forMs: 1_200_000 });
    await test.pass(1_700_000);
    expect(test.document.state).toBe('running');
    await test.pass(200_000);
    expect(test.document.reason).toBe('idle');
  });
});

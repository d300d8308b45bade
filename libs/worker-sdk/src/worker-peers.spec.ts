import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { WorkerHarness } from '@muster/testing';
import type { WorkerDefinition } from './index.js';
import { OpenWorkers } from './testing/open-workers.js';

const workers = new OpenWorkers();
afterEach(() => workers.stop());

const running = (role: string, definition: WorkerDefinition): Promise<WorkerHarness> =>
  workers.running(definition, { role });

const asksModel: WorkerDefinition = {
  actions: {
    ask: (body: { action: string; timeoutMs?: number }, { peers }) =>
      peers.call('model', body.action, { x: 1 }, { timeoutMs: body.timeoutMs ?? 20_000 }),
  },
};

describe('a call to a peer', () => {
  it('reaches the peer of the newest view, carries who asks, and brings JSON and bytes', async () => {
    const model = await running('model', {
      actions: {
        who: (body, { from }) => ({ from, body }),
        bytes: () => ({ bytes: new Uint8Array([7]), topic: 'grid' }),
      },
    });
    const solver = await running('solver', asksModel);
    await solver.run(1, [model.asPeer()]);
    expect((await solver.execute('ask', { action: 'who' })).body).toEqual({
      body: { from: { kind: 'worker', role: 'solver', incarnation: 1 }, body: { x: 1 } },
    });
    expect((await solver.execute('ask', { action: 'bytes' })).body).toEqual({
      binary: { topic: 'grid', base64: 'Bw==' },
    });
  });

  it("passes the peer's problem on", async () => {
    const model = await running('model', {});
    const solver = await running('solver', asksModel);
    await solver.run(1, [model.asPeer()]);
    expect((await solver.execute('ask', { action: 'nothing' })).body).toMatchObject({ code: 'unknown-action' });
  });

  it('to a role that the session does not have is refused', async () => {
    const solver = await running('solver', asksModel);
    await solver.run(1, []);
    expect((await solver.execute('ask', { action: 'x' })).body).toMatchObject({ code: 'unknown-role' });
  });

  it('waits for a peer that cannot be reached now, and gives up at its deadline', async () => {
    const model = await running('model', { actions: { who: () => 'model' } });
    const solver = await running('solver', asksModel);
    const { address: _, ...absent } = model.asPeer();
    await solver.run(1, [absent]);
    expect((await solver.execute('ask', { action: 'who', timeoutMs: 20 })).body).toMatchObject({
      code: 'worker-unavailable',
    });
    const asked = solver.execute('ask', { action: 'who' });
    await solver.run(2, [model.asPeer()]);
    expect((await asked).body).toEqual({ body: 'model' });
  });

  it('ends with worker-restarted when the peer is replaced before it answers', async () => {
    const begun = Promise.withResolvers<void>();
    const model = await running('model', {
      actions: {
        hang: (_, { signal }) => {
          begun.resolve();
          return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        },
      },
    });
    const solver = await running('solver', asksModel);
    await solver.run(1, [model.asPeer()]);
    const asked = solver.execute('ask', { action: 'hang' });
    await begun.promise;
    await solver.run(2, [model.asPeer(2)]);
    expect((await asked).body).toMatchObject({ code: 'worker-restarted' });
  });

  it('ends with delivery-unknown when the connection breaks after it was sent', async () => {
    const breaker = createServer((socket) => socket.once('data', () => socket.destroy()));
    await new Promise<void>((resolve) => breaker.listen(0, '127.0.0.1', resolve));
    const solver = await running('solver', asksModel);
    const address = `http://127.0.0.1:${(breaker.address() as AddressInfo).port}`;
    await solver.run(1, [
      { role: 'model', workerId: 'w', incarnation: 1, state: 'running', address, acceptToken: 'a', registers: 'self' },
    ]);
    expect((await solver.execute('ask', { action: 'x' })).body).toMatchObject({ code: 'delivery-unknown' });
    breaker.close();
  });
});

describe('the views of a session', () => {
  it('call onRun once, then onPeer for what changed; older views change nothing', async () => {
    const seen: string[] = [];
    const model = { role: 'model', workerId: 'w', incarnation: 1, state: 'running', registers: 'self' as const };
    const plot = { ...model, role: 'plot' };
    const solver = await running('solver', {
      onRun: ({ peers }) => void seen.push(`run with ${peers.list().length}`),
      onPeer: (peer) => void seen.push(`${peer.role} ${peer.incarnation}`),
    });
    await solver.run(2, [model, plot]);
    await solver.run(3, [{ ...model, incarnation: 2 }, plot]);
    await solver.run(1, []);
    await solver.run(3, []);
    expect(seen).toEqual(['run with 2', 'model 2']);
  });
});

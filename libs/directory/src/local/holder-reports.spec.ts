import type { FakeEngine } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { freeCpu, pass, running, session, workload } from './testing/commands.js';

describe('reports to the holder', () => {
  it('are repeated until they are answered', async () => {
    const node = await running();
    const holder = node.network.holders.get('http://holder-1');
    if (holder === undefined) return expect.unreachable();
    holder.failures = 3;
    node.engine.workload(workload).end({ code: 7 });
    await pass(node, 10_000);
    expect(holder.heard.at(-1)?.reports).toMatchObject([
      { workload, state: 'exited', exit: { code: 7, reason: 'exit' } },
    ]);
  });

  it('go to the holder of the highest epoch, who hears everything anew', async () => {
    const node = await running();
    const next = node.network.addHolder('http://holder-2');
    const answer = node.agent.fence({ session, epoch: 2, reportTo: 'http://holder-2' });
    expect(answer).toMatchObject({ nodeEpoch: node.identity.nodeEpoch, workloads: [{ workload, state: 'running' }] });
    node.engine.workload(workload).end({ code: 0 });
    await pass(node, 100);
    expect(next.states.at(-1)).toBe('solver exited');
  });

  it('wait for a fence when nobody holds the session any more, and a dead holder delays no other', async () => {
    const node = await running();
    const former = node.network.holders.get('http://holder-1');
    if (former === undefined) return expect.unreachable();
    former.notHeld = [session];
    node.engine.workload(workload).end({ code: 0 });
    await pass(node, 10_000);
    const told = former.heard.length;
    await pass(node, 60_000);
    expect(former.heard.length).toBe(told);
    node.agent.fence({ session, epoch: 2, reportTo: 'http://dead' });
    await pass(node, 1000);
    const next = node.network.addHolder('http://holder-3');
    expect(node.agent.fence({ session, epoch: 3, reportTo: 'http://holder-3' }).workloads).toMatchObject([
      { state: 'exited' },
    ]);
    await pass(node, 100);
    expect(next.states).toEqual(['solver exited']);
  });

  it.each([
    ['without a word', (engine: FakeEngine) => (engine.forget(workload), engine.interruptWatches())],
    ['before anybody saw it end', (engine: FakeEngine) => engine.remove(workload)],
  ])('say lost when the back end forgot a workload %s', async (_how, forget) => {
    const node = await running();
    forget(node.engine);
    await pass(node, 100);
    expect(node.network.holders.get('http://holder-1')?.heard.at(-1)?.reports).toMatchObject([
      { state: 'exited', exit: { reason: 'lost' } },
    ]);
    expect(await freeCpu(node)).toBe(8000);
  });
});

import type { InstallationId, NodeId } from '@muster/contracts';
import { BackendUnavailable, type WorkloadSpec } from '@muster/orchestrator';
import { startNodeAgent } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { ask, freeCpu, pass, session, start, stop, worker, workload } from './testing/commands.js';

/** What the back end was asked to start, though it did not answer. */
const asked: WorkloadSpec = {
  id: workload,
  kind: 'worker',
  ownership: {
    installationId: 'ins_1' as InstallationId,
    nodeId: 'nod_1' as NodeId,
    sessionId: session,
    workerId: worker,
    role: 'solver',
    incarnation: 1,
    epoch: 1,
  },
  run: { command: ['solve'] },
  env: {},
  booking: { amounts: { cpuMillis: 1000, memoryBytes: 0, diskBytes: 0, ports: 1 }, gpus: [], hostPorts: [] },
  graceMs: 0,
};

describe('a start', () => {
  it('that the back end did not answer, but did, holds its hardware also when nobody repeats it', async () => {
    const node = await startNodeAgent();
    node.network.addHolder('http://holder-1');
    await node.agent.reserve(ask(node));
    node.engine.goDown();
    await expect(node.agent.startWorkload(start(node))).rejects.toMatchObject({ code: 'upstream-unavailable' });
    await node.engine.start(asked, new AbortController().signal);
    node.engine.comeBack();
    await pass(node, 60_000);
    expect(await freeCpu(node)).toBe(7000);
    expect(await node.agent.startWorkload(start(node))).toMatchObject({ workload });
  });

  it('whose answer was lost is no failure where it is seen to run', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    node.engine.answerNextStart(() => Promise.reject(new BackendUnavailable('away')));
    expect(await node.agent.startWorkload(start(node))).toMatchObject({ workload });
    await pass(node, 60_000);
    expect(await freeCpu(node)).toBe(7000);
  });

  it('that the back end did not answer, and nobody repeats, leaves nothing', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    node.engine.failNext(1, new BackendUnavailable('away'));
    await expect(node.agent.startWorkload(start(node))).rejects.toMatchObject({ code: 'upstream-unavailable' });
    await pass(node, 60_000);
    expect(node.agent.fence({ session, epoch: 1, reportTo: 'http://holder-1' }).workloads).toMatchObject([
      { state: 'exited', exit: { reason: 'lost' } },
    ]);
    expect([await freeCpu(node), node.agent.isIdle]).toEqual([8000, true]);
  });

  it('that the back end did not answer is undone by a stop', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    node.engine.failNext(1, new BackendUnavailable('away'));
    await expect(node.agent.startWorkload(start(node))).rejects.toMatchObject({ code: 'upstream-unavailable' });
    node.agent.stopWorkload(stop(node));
    await pass(node, 1000);
    expect([await freeCpu(node), node.agent.isIdle]).toEqual([8000, true]);
  });

  it('whose program has ended and was reported before the back end answered is not said to run', async () => {
    const node = await startNodeAgent();
    const holder = node.network.addHolder('http://holder-1');
    await node.agent.reserve(ask(node));
    let answered = (): void => undefined;
    node.engine.answerNextStart(() => new Promise((resolve) => (answered = resolve)));
    const starting = node.agent.startWorkload(start(node));
    await pass(node, 100);
    node.engine.workload(workload).end({ code: 1 });
    await pass(node, 1000);
    answered();
    await starting;
    await pass(node, 1000);
    expect(holder.states.at(-1)).toBe('solver exited');
    expect(node.agent.isIdle).toBe(true);
  });

  it('that still goes on answers for its workload, though what was seen of it is gone', async () => {
    const node = await startNodeAgent();
    const holder = node.network.addHolder('http://holder-1');
    await node.agent.reserve(ask(node));
    node.engine.whenStarting(() => ({ start: 'slow' }));
    const starting = node.agent.startWorkload(start(node));
    await pass(node, 100);
    node.engine.remove(workload);
    await pass(node, 1000);
    node.engine.letStart(workload);
    expect(await starting).toMatchObject({ workload });
    await pass(node, 1000);
    expect(holder.states).not.toContain('solver exited');
  });

  it('may be repeated after a back end that did not answer', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    node.engine.failNext(1, new BackendUnavailable('away'));
    await expect(node.agent.startWorkload(start(node))).rejects.toMatchObject({ code: 'upstream-unavailable' });
    expect(await node.agent.startWorkload(start(node))).toMatchObject({ workload });
  });
});

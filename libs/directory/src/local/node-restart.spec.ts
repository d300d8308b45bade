import type { NodeId, WorkerId } from '@muster/contracts';
import { startNodeAgent } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { NodeBook } from '../global/node-book.js';
import { defaultBookPolicy } from '../global/node-silence.js';
import type { NodeAgentParts } from './node-agent-parts.js';
import { ask, fence, freeCpu, pass, running, session, stop, workload } from './testing/commands.js';

describe('after its own restart the node', () => {
  it('books what runs, voids reservations, and rises in epoch', async () => {
    const before = await running();
    await before.agent.reserve(ask(before, { fence: fence({ worker: 'wrk_2' as WorkerId }) }));
    const node = await before.restart();
    expect(node.identity.nodeEpoch).toBeGreaterThan(before.identity.nodeEpoch);
    expect(await freeCpu(node)).toBe(7000);
  });

  it('is known again, also where its process was given the same name as before', async () => {
    const book = new NodeBook(defaultBookPolicy);
    const parts: Partial<NodeAgentParts> = {
      directoryCalls: { report: async (_directory, report) => book.report(report, 0) },
    };
    const before = await startNodeAgent({ instance: 'svc_named', directories: ['http://directory-1'], parts });
    await pass(before, 100);
    await before.agent.leave({ stopWorkloads: false });
    const { clock } = before;
    const node = await startNodeAgent({ instance: 'svc_named', directories: ['http://directory-1'], parts, clock });
    await pass(node, 100);
    expect([node.superseded, book.get('nod_1' as NodeId)?.nodeEpoch]).toEqual([[], node.identity.nodeEpoch]);
  });

  it('obeys nothing for a session until its holder has fenced it in this node epoch', async () => {
    const node = await (await running()).restart();
    expect(() => node.agent.stopWorkload(stop(node))).toThrow(expect.objectContaining({ code: 'stale' }) as Error);
    const answer = node.agent.fence({ session, epoch: 1, reportTo: 'http://holder-1' });
    expect(answer.workloads).toMatchObject([{ workload, state: 'running' }]);
    expect(node.agent.stopWorkload(stop(node))).toEqual({ ended: false });
  });

  it('tells the end of a worker that exited while nobody looked, when its holder fences', async () => {
    const before = await running();
    before.network.fate = () => 'lost';
    before.engine.workload(workload).end({ code: 3 });
    const node = await before.restart();
    before.network.fate = () => 'arrives';
    const answer = node.agent.fence({ session, epoch: 1, reportTo: 'http://holder-1' });
    expect(answer.workloads).toMatchObject([{ workload, state: 'exited', exit: { code: 3 } }]);
    expect(await freeCpu(node)).toBe(8000);
  });

  it('remembers by the labels which epoch ran', async () => {
    const node = await (await running()).restart();
    expect(() => node.agent.fence({ session, epoch: 0, reportTo: 'http://old' })).toThrow(
      expect.objectContaining({ code: 'stale' }) as Error,
    );
  });
});

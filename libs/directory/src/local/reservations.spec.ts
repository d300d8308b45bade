import type { NodeReport, WorkerId } from '@muster/contracts';
import { aNode, startNodeAgent } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { ask, fence, freeCpu, pass, running, session, start, worker } from './testing/commands.js';

describe('a reservation', () => {
  it('puts hardware and a host port aside, once for one fence', async () => {
    const node = await startNodeAgent();
    const first = await node.agent.reserve(ask(node));
    const again = await node.agent.reserve(ask(node));
    expect(again.results).toEqual(first.results);
    expect(again.free.amounts).toMatchObject({ cpuMillis: 7000, ports: 99 });
  });

  it('is refused beyond what the node has, with what is free', async () => {
    const node = await startNodeAgent();
    const answer = await node.agent.reserve(ask(node, { hardware: { cpuMillis: 9000 } }));
    expect(answer.results).toEqual([{ worker, accepted: false, reason: expect.stringContaining('cpu') as string }]);
    expect(answer.free.amounts.cpuMillis).toBe(8000);
  });

  it('is void when its time is over, and a start then finds none', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    await pass(node, 12_000);
    await expect(node.agent.startWorkload(start(node))).rejects.toMatchObject({ code: 'refused' });
    expect(await freeCpu(node)).toBe(8000);
  });

  it('is refused for another start of the node', async () => {
    const node = await startNodeAgent();
    await expect(node.agent.reserve(ask(node, {}, 1))).rejects.toMatchObject({
      code: 'stale',
      extensions: { matter: 'node-epoch', seen: node.identity.nodeEpoch },
    });
  });

  it('of an older epoch is refused with the epoch that was seen', async () => {
    const node = await startNodeAgent();
    node.agent.fence({ session, epoch: 3, reportTo: 'http://holder-1' });
    const answer = await node.agent.reserve(ask(node, { fence: fence({ epoch: 2 }) }));
    expect(answer.results).toMatchObject([{ accepted: false, seen: 3 }]);
  });

  it('finds host ports again that foreign programs have let go, and says so unasked', async () => {
    let foreign = true;
    const heard: NodeReport[] = [];
    const node = await startNodeAgent({
      description: aNode('nod_1').withAmounts({ ports: 2 }).describe(),
      directories: ['http://directory-1'],
      parts: {
        ports: { range: { first: 50_000, last: 50_001 }, isFree: async () => !foreign },
        directoryCalls: {
          report: async (_directory, report) => {
            heard.push(report);
            return { periodMs: 2000 };
          },
        },
      },
    });
    await pass(node, 100);
    await node.agent.reserve(ask(node));
    await pass(node, 5000);
    foreign = false;
    await pass(node, 40_000);
    expect(heard.filter(({ free }) => free !== undefined).map(({ free }) => free?.amounts.ports)).toEqual([2, 0, 2]);
    const versions = heard.flatMap(({ free }) => free?.version ?? []);
    expect(new Set(versions).size).toBe(versions.length);
  });

  it('passes over host ports that a foreign program has', async () => {
    const range = { first: 50_000, last: 50_001 };
    const node = await startNodeAgent({
      description: aNode('nod_1').withAmounts({ ports: 2 }).describe(),
      parts: { ports: { range, isFree: async (port) => port === 50_001 } },
    });
    const first = await node.agent.reserve(ask(node));
    const second = await node.agent.reserve(ask(node, { fence: fence({ worker: 'wrk_2' as WorkerId }) }));
    expect(first.results).toMatchObject([{ accepted: true, booking: { hostPorts: [50_001] } }]);
    expect(second.results).toMatchObject([{ accepted: false, reason: 'ports: no free host port is left' }]);
  });

  it('that is given back frees what it held; one that was used stays', async () => {
    const node = await running();
    await node.agent.reserve(ask(node, { fence: fence({ worker: 'wrk_2' as WorkerId }) }));
    node.agent.release({ fences: [fence(), fence({ worker: 'wrk_2' as WorkerId })] });
    expect(await freeCpu(node)).toBe(7000);
  });
});

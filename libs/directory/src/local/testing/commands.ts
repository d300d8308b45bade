import {
  workloadIdOf,
  type Fence,
  type ReserveOnNode,
  type SessionId,
  type StartOnNode,
  type StopOnNode,
  type WorkerId,
} from '@muster/contracts';
import { startNodeAgent, type NodeUnderTest, type NodeUnderTestOptions } from '@muster/testing';

export const session = 'ses_1' as SessionId;
export const worker = 'wrk_1' as WorkerId;
export const workload = workloadIdOf(session, worker, 1);

export function fence(change: Partial<Fence> = {}): Fence {
  return { session, epoch: 1, worker, incarnation: 1, ...change };
}

export function ask(
  node: NodeUnderTest,
  change: Partial<ReserveOnNode['items'][number]> = {},
  nodeEpoch = node.identity.nodeEpoch,
): ReserveOnNode {
  return {
    nodeEpoch,
    items: [
      {
        fence: fence(),
        role: 'solver',
        workerType: 'field-solver',
        hardware: { cpuMillis: 1000 },
        ttlMs: 10_000,
        ...change,
      },
    ],
  };
}

export function start(node: NodeUnderTest, change: Partial<StartOnNode> = {}): StartOnNode {
  return {
    nodeEpoch: node.identity.nodeEpoch,
    fence: fence(),
    role: 'solver',
    workerType: 'field-solver',
    run: { process: { command: ['solve', '$PORT'] } },
    env: { MUSTER_ROLE: 'solver' },
    secrets: {},
    mounts: [],
    graceMs: 1000,
    startTimeoutMs: 10_000,
    reportTo: 'http://holder-1',
    ...change,
  };
}

export function stop(node: NodeUnderTest, change: Partial<Fence> = {}): StopOnNode {
  return { nodeEpoch: node.identity.nodeEpoch, fence: fence(change), graceMs: 0, reason: 'test' };
}

/** What was woken runs, then the time passes. */
export async function pass(node: NodeUnderTest, ms: number): Promise<void> {
  await node.clock.advance(0);
  await node.clock.advance(ms);
}

export async function running(options: NodeUnderTestOptions = {}): Promise<NodeUnderTest> {
  const node = await startNodeAgent(options);
  node.network.addHolder('http://holder-1');
  await node.agent.reserve(ask(node));
  await node.agent.startWorkload(start(node));
  await pass(node, 100);
  return node;
}

export async function freeCpu(node: NodeUnderTest): Promise<number> {
  return (await node.agent.reserve({ nodeEpoch: node.identity.nodeEpoch, items: [] })).free.amounts.cpuMillis;
}

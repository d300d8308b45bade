import type { SessionId, WorkerId } from '@muster/contracts';
import { startNodeAgent, type FakeHolder, type NodeUnderTest } from '@muster/testing';
import { describe, expect, it } from 'vitest';

const session = 'ses_1' as SessionId;
const worker = 'wrk_1' as WorkerId;
const fence = { session, epoch: 1, worker, incarnation: 1 };

interface Asked {
  node: NodeUnderTest;
  holder: FakeHolder;
  answers: { now: boolean; count: number };
  /** So many rounds pass. */
  rounds: (count: number) => Promise<void>;
}

async function running(answersAtFirst = true, periodMs = 10_000): Promise<Asked> {
  const answers = { now: answersAtFirst, count: 0 };
  const probe = {
    answers: () => {
      answers.count += 1;
      return Promise.resolve(answers.now);
    },
  };
  const node = await startNodeAgent({ parts: { probe, liveness: { periodMs, maxMisses: 3 } } });
  const holder = node.network.addHolder('http://holder-1');
  const { nodeEpoch } = node.identity;
  const item = { fence, role: 'solver', workerType: 'lab', hardware: { cpuMillis: 1000 }, ttlMs: 10_000 };
  await node.agent.reserve({ nodeEpoch, items: [item] });
  await node.agent.startWorkload({
    nodeEpoch,
    fence,
    role: 'solver',
    workerType: 'lab',
    run: { process: { command: ['solve'] } },
    env: {},
    secrets: {},
    mounts: [],
    graceMs: 1000,
    startTimeoutMs: 10_000,
    reportTo: 'http://holder-1',
  });
  const rounds = async (count: number): Promise<void> => {
    for (let round = 0; round < count; round += 1) await node.clock.advance(12_000);
  };
  await rounds(2);
  return { node, holder, answers, rounds };
}

describe('a running worker', () => {
  it('that stops to answer its own node is ended, and its holder hears why', async () => {
    const { holder, answers, rounds } = await running();
    answers.now = false;
    await rounds(5);
    expect(holder.states).toEqual(['solver running', 'solver exited']);
    expect(holder.heard.at(-1)?.reports[0]?.exit?.reason).toBe('unresponsive');
  });

  it('that misses now and then goes on', async () => {
    const { holder, answers, rounds } = await running();
    for (let turn = 0; turn < 4; turn += 1) {
      answers.now = false;
      await rounds(1);
      answers.now = true;
      await rounds(2);
    }
    expect(holder.states).toEqual(['solver running']);
  });

  it('that has never answered is left to the limits of its start', async () => {
    const { holder, rounds } = await running(false);
    await rounds(6);
    expect(holder.states).toEqual(['solver running']);
  });

  it('is not asked where the operator does not want it', async () => {
    const { answers, rounds } = await running(true, 0);
    await rounds(3);
    expect(answers.count).toBe(0);
  });

  it('is not asked any more when it has ended', async () => {
    const { node, answers, rounds } = await running();
    node.agent.stopWorkload({ nodeEpoch: node.identity.nodeEpoch, fence, graceMs: 0, reason: 'test' });
    await rounds(1);
    const before = answers.count;
    await rounds(3);
    expect(answers.count).toBe(before);
  });
});

import type { Fence } from '@muster/contracts';
import type { WorkerRecord } from '../session-document.js';
import { outcomeOf, textOf } from './call-outcome.js';
import type { Change, Member } from './change.js';
import type { Effect } from './effect.js';
import { nodeAddress, NotYet, type EffectScene } from './effect-scene.js';
import { callWorker, type WorkerCall } from './worker-calls.js';
import { fenceNode, stopStray } from './node-effects.js';
import { reserve } from './reserve-effect.js';
import { fenceOf, startCommandOf } from './start-command.js';

/** Does one effect. Resolves with the changes that follow from it; rejects when it should be tried again after a pause. */
export async function perform(effect: Effect, scene: EffectScene): Promise<Change[]> {
  switch (effect.effect) {
    case 'reserve':
      return reserve(effect.members, effect.gang, scene);
    case 'fence':
      return fenceNode(effect.node, scene);
    case 'stop-stray':
      return stopStray(effect.stray, effect.nodeEpoch, scene);
    default:
      return performOnWorker(effect, scene);
  }
}

type MemberEffect = Extract<Effect, Member>;

async function performOnWorker(effect: MemberEffect, scene: EffectScene): Promise<Change[]> {
  const worker = scene.document.workers[effect.role];
  if (worker?.incarnation !== effect.incarnation) return [];
  switch (effect.effect) {
    case 'start':
      return start(worker, scene);
    case 'stop':
      return stop(worker, effect.graceMs, scene);
    default:
      return call(worker, effect, scene);
  }
}

async function start(worker: WorkerRecord, scene: EffectScene): Promise<Change[]> {
  const { document, memory, context, signal } = scene;
  const { role, incarnation } = worker;
  const prepared = memory.preparedOf(worker);
  if (prepared === undefined) return [];
  const command = startCommandOf(document, worker, prepared, context.address);
  try {
    const { address } = await context.nodes.start(nodeAddress(worker, context), command, signal);
    return [{ change: 'start-taken', role, incarnation, address: address === '' ? null : address }];
  } catch (error) {
    const outcome = outcomeOf(error);
    if (outcome === 'later' || outcome === 'epoch') throw error;
    if (outcome === 'node-epoch' && worker.node !== null) memory.forgetFence(worker.node);
    const innocent = outcome !== 'failed';
    memory.observe(role, {
      incarnation,
      state: 'exited',
      innocent,
      why: `its node could not start it: ${textOf(error)}`,
    });
    return [];
  }
}

/** The node answers before the worker has ended; asked again until it has. */
async function stop(
  worker: WorkerRecord,
  graceMs: number,
  { document, memory, context, signal }: EffectScene,
): Promise<Change[]> {
  const { role, incarnation, nodeEpoch } = worker;
  const fence: Fence = fenceOf(document, worker);
  const reason = worker.reason ?? 'the session ends';
  const command = { nodeEpoch: nodeEpoch ?? 0, fence, graceMs, reason };
  try {
    const { ended } = await context.nodes.stop(nodeAddress(worker, context), command, signal);
    if (!ended) throw new NotYet(`${role} is ending`);
    memory.observe(role, { incarnation, state: 'exited', why: 'it was stopped' });
    return [];
  } catch (error) {
    if (outcomeOf(error) === 'node-epoch' && worker.node !== null) memory.forgetFence(worker.node);
    throw error;
  }
}

async function call(worker: WorkerRecord, effect: WorkerCall, scene: EffectScene): Promise<Change[]> {
  const { role, incarnation } = worker;
  if (effect.effect === 'run') scene.memory.noteAskedToRun(worker, scene.context.clock.nowMs());
  try {
    return await callWorker(worker, effect, scene);
  } catch (error) {
    if (effect.effect === 'shutdown') {
      scene.memory.noteTold(worker, 'unreachable');
      return [];
    }
    const outcome = outcomeOf(error);
    if (outcome === 'later' || outcome === 'epoch') throw error;
    const reason = `${effect.effect} failed: ${textOf(error)}`;
    return [{ change: 'stop', role, incarnation, reason, desired: 'running' }];
  }
}

import type { FenceOnNodeAnswer, NodeId } from '@muster/contracts';
import type { StrayRecord, WorkerRecord } from '../session-document.js';
import { outcomeOf } from './call-outcome.js';
import type { Change } from './change.js';
import { nodeAddress, NotYet, type EffectScene } from './effect-scene.js';

/** Makes the node obey our epoch only, and learns what it has of this session. */
export async function fenceNode(node: NodeId, scene: EffectScene): Promise<Change[]> {
  const { document, memory } = scene;
  const workers = Object.values(document.workers).filter((worker) => worker.node === node && worker.state !== 'ended');
  const [named] = [...workers, ...(document.strays ?? []).filter((stray) => stray.node === node)];
  if (named === undefined) return [];
  const { nodeEpoch, workloads } = await sendFence(node, nodeAddress(named, scene.context), scene);
  if (nodeEpoch < (scene.context.book.get(node)?.nodeEpoch ?? 0))
    throw new NotYet(`an earlier start of the local directory of ${node} answers`);
  for (const workload of workloads) memory.noteReport(workload, { node, nodeEpoch }, document);
  memory.noteFenced(node, nodeEpoch);
  const known = new Set(workloads.map(({ worker, incarnation }) => `${worker}/${incarnation}`));
  return workers.flatMap((worker) =>
    afterFence(worker, known.has(`${worker.id}/${worker.incarnation}`), nodeEpoch, scene),
  );
}

async function sendFence(node: NodeId, address: string, scene: EffectScene): Promise<FenceOnNodeAnswer> {
  const { document, memory, context, signal } = scene;
  const command = { session: document._id, epoch: document.epoch, reportTo: context.address };
  try {
    return await context.nodes.fence(address, command, signal);
  } catch (error) {
    if (outcomeOf(error) === 'later' && !signal.aborted) memory.noteUnreachable(node, context.clock.nowMs());
    throw error;
  }
}

function afterFence(worker: WorkerRecord, known: boolean, nodeEpoch: number, { memory }: EffectScene): Change[] {
  const { role, incarnation } = worker;
  if (known) return [{ change: 'find', role, incarnation, nodeEpoch }];
  // What was only reserved, or not reported as started, never came to run: that is nobody's crash.
  const innocent = worker.state === 'placed' || worker.state === 'starting';
  memory.observe(role, { incarnation, state: 'missing', innocent });
  return [];
}

/** Ends a workload that is not the present incarnation of its role. Asked again until its node says that it has ended. */
export async function stopStray(stray: StrayRecord, nodeEpoch: number, scene: EffectScene): Promise<Change[]> {
  const { document, memory, context, signal } = scene;
  const { node, worker, incarnation } = stray;
  const fence = { session: document._id, epoch: document.epoch, worker, incarnation };
  const reason = 'another incarnation has its role';
  try {
    const command = { nodeEpoch, fence, graceMs: 0, reason };
    const { ended } = await context.nodes.stop(nodeAddress(stray, context), command, signal);
    if (!ended) throw new NotYet(`${worker} is ending`);
    return [{ change: 'drop-stray', stray }];
  } catch (error) {
    if (outcomeOf(error) === 'node-epoch') memory.forgetFence(node);
    throw error;
  }
}

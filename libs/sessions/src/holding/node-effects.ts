import type { FenceOnNodeAnswer, NodeId } from '@muster/contracts';
import type { WorkerRecord } from '../session-document.js';
import { outcomeOf } from './call-outcome.js';
import type { Change } from './change.js';
import type { Stray } from './effect.js';
import { nodeAddress, NotYet, type EffectScene } from './effect-scene.js';

/** Makes the node obey our epoch only, and learns what it has of this session. */
export async function fenceNode(node: NodeId, scene: EffectScene): Promise<Change[]> {
  const { document, memory } = scene;
  const workers = Object.values(document.workers).filter((worker) => worker.node === node && worker.state !== 'ended');
  const [first] = workers;
  if (first === undefined) return [];
  const { nodeEpoch, workloads } = await sendFence(node, nodeAddress(first, scene.context), scene);
  for (const workload of workloads) memory.noteReport(workload, node, document);
  const known = new Set(workloads.map(({ worker, incarnation }) => `${worker}/${incarnation}`));
  return workers.flatMap((worker) =>
    afterFence(worker, known.has(`${worker.id}/${worker.incarnation}`), nodeEpoch, scene),
  );
}

async function sendFence(node: NodeId, address: string, scene: EffectScene): Promise<FenceOnNodeAnswer> {
  const { document, memory, context, signal } = scene;
  const command = { session: document._id, epoch: document.epoch, reportTo: context.address };
  try {
    const answer = await context.nodes.fence(address, command, signal);
    memory.noteFenced(node, answer.nodeEpoch);
    return answer;
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

/** Ends a workload that is not the present incarnation of its role. */
export async function stopStray(stray: Stray, scene: EffectScene): Promise<Change[]> {
  const { document, memory, context, signal } = scene;
  const { node, worker, incarnation } = stray;
  const known = Object.values(document.workers).find((each) => each.node === node);
  const address = context.book.get(node)?.address ?? (known === undefined ? undefined : nodeAddress(known, context));
  if (address === undefined) throw new NotYet(`nobody knows where ${node} answers`);
  const { nodeEpoch } = await sendFence(node, address, scene);
  const fence = { session: document._id, epoch: document.epoch, worker, incarnation };
  const reason = 'another incarnation has its role';
  const { ended } = await context.nodes.stop(address, { nodeEpoch, fence, graceMs: 0, reason }, signal);
  if (!ended) throw new NotYet(`${worker} is ending`);
  memory.forgetStray(stray);
  return [];
}

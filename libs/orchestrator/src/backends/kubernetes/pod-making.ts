import type { HardwareBooking } from '@muster/contracts';
import { InvalidSpec, NoCapacity } from '../../contract/errors.js';
import { gpuClaim } from './gpu-claims.js';
import type { V1Pod } from './kubernetes-api.js';
import type { PodCalls } from './pod-calls.js';
import { readLabels } from './pod-labels.js';
import { nameOf, uidOf } from './pod-names.js';
import type { PodTarget } from './pod-target.js';
import { hasStatus, startRefusal } from './start-refusal.js';

export interface PodMaking {
  readonly calls: Pick<PodCalls, 'create' | 'find' | 'claim'>;
  readonly target: Pick<PodTarget, 'owner' | 'namespace'>;
}

/** Makes the pod, or finds the one that is there already: a start that was asked for before. */
export async function makePod({ calls, target }: PodMaking, wanted: V1Pod): Promise<V1Pod> {
  const pod = await createdOrFound(calls, wanted);
  const ours = readLabels(pod.metadata, target.owner);
  if (ours !== undefined && ours.id === readLabels(wanted.metadata, target.owner)?.id) return pod;
  throw new NoCapacity(`the name ${nameOf(wanted)} is taken by a pod of somebody else`);
}

/** The claim for its cards, where it has one: the pod waits for it. */
export async function makeClaim({ calls, target }: PodMaking, pod: V1Pod, { gpus }: HardwareBooking): Promise<void> {
  const labels = pod.metadata?.labels ?? {};
  const claim = gpuClaim({ name: nameOf(pod), namespace: target.namespace, uid: uidOf(pod), labels }, gpus);
  if (claim === undefined) return;
  try {
    await calls.claim(claim);
  } catch (error) {
    if (hasStatus(error, 404)) throw new InvalidSpec('the cluster knows no claims of resources', { cause: error });
    if (!hasStatus(error, 409)) throw startRefusal(error);
  }
}

async function createdOrFound(calls: PodMaking['calls'], wanted: V1Pod): Promise<V1Pod> {
  try {
    return await calls.create(wanted);
  } catch (error) {
    if (!hasStatus(error, 409)) throw startRefusal(error);
    const found = await calls.find(nameOf(wanted));
    if (found !== undefined) return found;
    throw new NoCapacity(`${nameOf(wanted)} went away while it was asked for`, { cause: error });
  }
}

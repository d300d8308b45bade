import { NoCapacity } from '../../contract/errors.js';
import type { KubernetesApi, V1Pod } from './kubernetes-api.js';
import { hasStatus, startRefusal } from './kubernetes-refusal.js';
import { gpuClaim } from './gpu-claims.js';
import { readLabels, type Labelled } from './pod-labels.js';
import { nameOf, uidOf } from './pod-names.js';
import type { PodTarget } from './pod-target.js';

export interface PodMaking {
  readonly api: Pick<KubernetesApi, 'createPod' | 'getPod' | 'createClaim'>;
  readonly target: Pick<PodTarget, 'owner' | 'namespace'>;
}

/** Makes the pod, or finds the one that is there already: a start that was asked for before. */
export async function makePod({ api, target }: PodMaking, wanted: V1Pod): Promise<V1Pod> {
  const pod = await createdOrFound(api, wanted);
  const ours = readLabels(pod.metadata, target.owner);
  if (ours === undefined || ours.id !== readLabels(wanted.metadata, target.owner)?.id)
    throw new NoCapacity(`the name ${nameOf(wanted)} is taken by a pod of somebody else`);
  await makeClaim(api, pod, ours, target.namespace);
  return pod;
}

async function createdOrFound(api: PodMaking['api'], wanted: V1Pod): Promise<V1Pod> {
  try {
    return await api.createPod(wanted);
  } catch (error) {
    if (!hasStatus(error, 409)) throw startRefusal(error);
    const found = await api.getPod(nameOf(wanted));
    if (found !== undefined) return found;
    throw new NoCapacity(`${nameOf(wanted)} went away while it was asked for: ${String(error)}`, { cause: error });
  }
}

/** The pod waits for it. */
async function makeClaim(
  api: PodMaking['api'],
  pod: V1Pod,
  { booking }: Labelled,
  namespace: string,
): Promise<void> {
  const labels = pod.metadata?.labels ?? {};
  const claim = gpuClaim({ name: nameOf(pod), namespace, uid: uidOf(pod), labels }, booking.gpus);
  if (claim === undefined) return;
  try {
    await api.createClaim(claim);
  } catch (error) {
    if (!hasStatus(error, 409)) throw startRefusal(error);
  }
}

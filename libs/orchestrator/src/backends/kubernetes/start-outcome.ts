import { ImageUnavailable, InvalidSpec, NoCapacity, type OrchestratorError } from '../../contract/errors.js';
import type { V1Pod } from './kubernetes-api.js';

/** How far the start of a pod has come. `doubtful`: the node tries again, and may yet succeed. */
export type StartOutcome =
  | { readonly is: 'started' }
  | { readonly is: 'waiting' }
  | { readonly is: 'doubtful' | 'failed'; readonly error: OrchestratorError };

const started: StartOutcome = { is: 'started' };
const waiting: StartOutcome = { is: 'waiting' };
const failed = (error: OrchestratorError): StartOutcome => ({ is: 'failed', error });

/** Reasons that stand in the state of a container that waits, and stay however often the node tries. */
const neverStarts: Readonly<Record<string, typeof ImageUnavailable | typeof InvalidSpec>> = {
  ErrImageNeverPull: ImageUnavailable,
  InvalidImageName: ImageUnavailable,
  CreateContainerConfigError: InvalidSpec,
};
/** Those that the node tries again. */
const maybeStarts: Readonly<Record<string, typeof ImageUnavailable | typeof InvalidSpec>> = {
  ErrImagePull: ImageUnavailable,
  ImagePullBackOff: ImageUnavailable,
  ImageInspectError: ImageUnavailable,
  RegistryUnavailable: ImageUnavailable,
  SignatureValidationFailed: ImageUnavailable,
  CreateContainerError: InvalidSpec,
  RunContainerError: InvalidSpec,
};
/** A registry's answer that will be the same the next time. */
const finalAnswer =
  /not found|manifest unknown|name unknown|denied|unauthorized|authentication required|no match for platform|forbidden/i;
const notStarted = /^(StartError|ContainerCannotRun)$/;

/** What the cluster says of a pod, as the outcome of its start. */
export function startOutcome(pod: V1Pod): StartOutcome {
  const { phase, reason, message, conditions = [], containerStatuses = [] } = pod.status ?? {};
  const { running, terminated, waiting: wait } = containerStatuses[0]?.state ?? {};
  if (running) return started;
  if (terminated) return endedOutcome(terminated);
  // Before any container was made: the node refused what the scheduler had given to it.
  if (phase === 'Failed') return failed(new NoCapacity(said('the node refused the pod', reason, message)));
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable')
    return unschedulable(scheduled.message ?? '');
  return wait?.reason === undefined ? waiting : waitingOutcome(wait.reason, wait.message, pod);
}

/** What is being done for a pod that has not started, for a person. */
export function progressOf(pod: V1Pod): string {
  const { conditions = [], containerStatuses = [] } = pod.status ?? {};
  const wait = containerStatuses[0]?.state?.waiting;
  if (wait?.reason !== undefined && wait.reason !== 'ContainerCreating') return said(wait.reason, wait.message);
  if (isTrue(conditions, 'PodReadyToStartContainers'))
    return `getting ${pod.spec?.containers[0]?.image ?? 'the image'} ready`;
  return isPreparing(pod) ? 'preparing volumes and network' : 'waiting for the scheduler';
}

/** Given to its node, which has made no network for it yet: volumes come before that. */
export function isPreparing({ status }: V1Pod): boolean {
  const { conditions = [] } = status ?? {};
  return isTrue(conditions, 'PodScheduled') && !isTrue(conditions, 'PodReadyToStartContainers');
}

function isTrue(conditions: readonly { type: string; status: string }[], wanted: string): boolean {
  return conditions.some(({ type, status }) => type === wanted && status === 'True');
}

function endedOutcome({ reason, message }: { reason?: string; message?: string }): StartOutcome {
  if (!notStarted.test(reason ?? '')) return started;
  return failed(new InvalidSpec(said('the program could not be started', message)));
}

function waitingOutcome(reason: string, message: string | undefined, pod: V1Pod): StartOutcome {
  const text = said(pod.spec?.containers[0]?.image ?? 'image', reason, message);
  const Never = neverStarts[reason];
  if (Never !== undefined) return failed(new Never(text));
  const Maybe = maybeStarts[reason];
  if (Maybe === undefined) return waiting;
  return { is: finalAnswer.test(message ?? '') ? 'failed' : 'doubtful', error: new Maybe(text) };
}

/** A claim that is not there is no matter of room; one that has just been made gets its volume in a moment. */
function unschedulable(message: string): StartOutcome {
  if (/persistentvolumeclaim "[^"]*" not found/i.test(message)) return failed(new InvalidSpec(message));
  const isPending = /unbound immediate PersistentVolumeClaims/i.test(message);
  return { is: isPending ? 'doubtful' : 'failed', error: new NoCapacity(message) };
}

function said(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(': ');
}

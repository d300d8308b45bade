import { constants } from 'node:os';
import type { ExitReason, WorkloadExit, WorkloadState, WorkloadStatus } from '../../contract/workload-status.js';
import type { V1Pod } from './kubernetes-api.js';
import type { Labelled } from './pod-labels.js';
import { progressOf } from './start-outcome.js';

type ContainerStatus = NonNullable<NonNullable<V1Pod['status']>['containerStatuses']>[number];
type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

export function stateOf(pod: V1Pod): WorkloadState {
  const { phase } = pod.status ?? {};
  if (endOf(pod) !== undefined || phase === 'Failed' || phase === 'Succeeded') return 'exited';
  return containerOf(pod)?.state?.running === undefined ? 'starting' : 'running';
}

/** What a pod does not say itself. */
export interface EndCauses {
  /** We asked for its end. */
  readonly wasStopped: boolean;
  /** It was deleted while it still ran. */
  readonly wasTakenAway: boolean;
}

/** The status of one of our pods, but for its last output, which is asked for apart. */
export function statusOf(labelled: Labelled, pod: V1Pod, causes: EndCauses): WorkloadStatus {
  const { id, kind, ownership, booking } = labelled;
  const state = stateOf(pod);
  const container = containerOf(pod);
  const address = pod.status?.podIP;
  const digest = /sha256:[0-9a-f]{64}/.exec(container?.imageID ?? '')?.[0];
  return {
    handle: { version: 1, backend: 'kubernetes', id },
    id,
    kind,
    ownership,
    booking,
    state,
    ...(state === 'exited' && { exit: exitOf(pod, causes) }),
    startedAt: timeOf(container?.state?.running?.startedAt ?? endOf(pod)?.startedAt ?? pod.metadata?.creationTimestamp),
    ...(address !== undefined && { address }),
    ...(isProbed(pod) && { ready: state === 'running' && container?.ready === true }),
    ...(digest !== undefined && { imageDigest: digest }),
    ...(state === 'starting' && { progress: progressOf(pod) }),
  };
}

/** How a pod ended; also one whose object was taken away, of which its node may not have told any end. */
function exitOf(pod: V1Pod, causes: EndCauses): WorkloadExit {
  const end = endOf(pod);
  const wasSeen = end !== undefined && end.reason !== 'ContainerStatusUnknown';
  const signal = wasSeen ? signalOf(end, causes) : null;
  return {
    code: wasSeen && signal === null ? end.exitCode : null,
    signal,
    reason: causes.wasStopped ? 'stopped' : wasSeen ? reasonOf(end, signal) : 'lost',
    outputTail: '',
    endedAt: end?.finishedAt == null ? new Date().toISOString() : timeOf(end.finishedAt),
  };
}

/** What the cluster says of a pod that it ended itself, for example for lack of memory of the node. */
export function endedByCluster({ status }: V1Pod): string | undefined {
  if (!status?.reason) return undefined;
  return [status.reason, status.message].filter(Boolean).join(': ');
}

function reasonOf(end: Terminated, signal: string | null): ExitReason {
  if (end.reason === 'OOMKilled') return 'out-of-memory';
  return signal === null ? 'exit' : 'signal';
}

/**
 * Told only as exit code 128 + its number; a program that exits so by itself is mistaken for one killed. One that ended well
 * because somebody else took its pod away was asked to, by SIGTERM.
 */
function signalOf(end: Terminated, { wasStopped, wasTakenAway }: EndCauses): string | null {
  const signal = signalNames.get(end.exitCode - 128);
  if (signal !== undefined) return signal;
  return wasTakenAway && !wasStopped ? 'SIGTERM' : null;
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

export function endOf(pod: V1Pod): Terminated | undefined {
  return containerOf(pod)?.state?.terminated ?? undefined;
}

export function containerOf({ status }: V1Pod): ContainerStatus | undefined {
  return status?.containerStatuses?.[0];
}

function isProbed({ spec }: V1Pod): boolean {
  return spec?.containers[0]?.readinessProbe !== undefined;
}

/** The cluster counts whole seconds. */
function timeOf(time: Date | string | undefined): string {
  const date = new Date(time ?? 0);
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString();
}

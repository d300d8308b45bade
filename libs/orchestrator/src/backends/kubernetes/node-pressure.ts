import type { ClusterNode, NodeCondition, Taint } from './node-objects.js';
import { tolerates, type Toleration } from './tolerations.js';

/** Why a node should get nothing new, and the taint by which the cluster itself says the same. */
interface Reason {
  readonly text: string;
  readonly taint?: string;
}

const shortages: Readonly<Record<string, Reason>> = {
  MemoryPressure: { text: 'short of memory', taint: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { text: 'short of disk', taint: 'node.kubernetes.io/disk-pressure' },
  PIDPressure: { text: 'short of process ids', taint: 'node.kubernetes.io/pid-pressure' },
  NetworkUnavailable: { text: 'without a network', taint: 'node.kubernetes.io/network-unavailable' },
};

/** What keeps new pods of ours from a node, for a person; undefined when nothing does. */
export function pressureOf(
  node: ClusterNode,
  podCount: number,
  tolerations: readonly Toleration[],
): string | undefined {
  const reasons = [...lifeReasons(node), ...conditionReasons(node), ...roomReasons(node, podCount)];
  const told = new Set(reasons.map(({ taint }) => taint));
  const taints = (node.spec?.taints ?? []).filter((taint) => !told.has(taint.key) && keepsOut(taint, tolerations));
  return [...reasons.map(({ text }) => text), ...taints.map(taintText)].join('; ') || undefined;
}

function lifeReasons({ metadata, spec }: ClusterNode): Reason[] {
  return [
    ...(metadata?.deletionTimestamp === undefined ? [] : [{ text: 'being deleted' }]),
    ...(spec?.unschedulable === true ? [{ text: 'cordoned', taint: 'node.kubernetes.io/unschedulable' }] : []),
  ];
}

/** A node that has never said that it is ready is not. */
function conditionReasons({ status }: ClusterNode): Reason[] {
  const conditions = status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === 'Ready');
  const short = conditions.flatMap(({ type, status: is }) => {
    const reason = shortages[type];
    return reason !== undefined && is === 'True' ? [reason] : [];
  });
  return [...(ready?.status === 'True' ? [] : [notReady(ready)]), ...short];
}

function notReady(ready: NodeCondition | undefined): Reason {
  if (ready?.status === 'Unknown')
    return { text: 'out of reach: its kubelet does not report', taint: 'node.kubernetes.io/unreachable' };
  const why = ready?.message ?? ready?.reason;
  return { text: why ? `not ready: ${why}` : 'not ready', taint: 'node.kubernetes.io/not-ready' };
}

/** A kubelet runs so many pods and no more, whatever they ask for. */
function roomReasons({ status }: ClusterNode, podCount: number): Reason[] {
  const most = Number(status?.allocatable?.pods ?? Infinity);
  return podCount < most ? [] : [{ text: `full: it has ${podCount} of ${most} pods` }];
}

function keepsOut(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !tolerates(tolerations, taint);
}

function taintText({ key, value, effect }: Taint): string {
  return `taint ${key}${value ? `=${value}` : ''}:${effect}`;
}

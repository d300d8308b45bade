import { createHash } from 'node:crypto';
import type { HardwareAmounts, HardwareBooking, InstallationId, NodeDescription, NodeId } from '@muster/contracts';
import { idPrefixes } from '@muster/contracts';
import type { ObservedNode } from '../../contract/observed-node.js';
import { gpuDevices } from './node-gpus.js';
import type { ClusterNode, ClusterPod, Quantities } from './node-objects.js';
import { pressureOf } from './node-pressure.js';
import { podRequests, type Requests, sum } from './pod-requests.js';
import { amountOf, roundedDown, roundedUp } from './quantity.js';
import type { Toleration } from './tolerations.js';

export interface NodeFactsOptions {
  readonly nodeId: NodeId;
  readonly installationId: InstallationId;
  /** Where our workloads are: what else carries our labels is not ours. */
  readonly namespace: string;
  /** Host ports of the node; pods need none. */
  readonly portCount: number;
  /** What our pods put up with. */
  readonly tolerations: readonly Toleration[];
  /** Cards that no device plugin offers are asked for by claims of `resource.k8s.io`. */
  readonly gpuClaims: boolean;
}

/** What of a pod counts for the node it is on. */
export type PodShare =
  | { readonly isOurs: false; readonly requests: Requests }
  | { readonly isOurs: true; readonly gpus: HardwareBooking['gpus'] };

/** Stable over restarts of whatever runs on the node, and another one for a node that was made anew under the same name. */
export function nodeIdOf(nodeUid: string): NodeId {
  const digest = createHash('sha256').update(nodeUid).digest('hex');
  return `${idPrefixes.node}${digest.slice(0, 24)}` as NodeId;
}

/**
 * What a pod on the node takes; undefined once it has finished. Our own workloads are in the book of the node, which counts what
 * they booked; all other pods take what they ask for, until they are gone.
 */
export function podShareOf(
  pod: ClusterPod,
  { nodeId, installationId, namespace }: NodeFactsOptions,
): PodShare | undefined {
  const { metadata = {}, status = {} } = pod;
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return undefined;
  const { labels = {}, annotations = {} } = metadata;
  const isOurs =
    metadata.namespace === namespace &&
    labels['muster.dev/installation'] === installationId &&
    labels['muster.dev/node'] === nodeId &&
    labels['muster.dev/kind'] === 'worker';
  return isOurs
    ? { isOurs, gpus: bookedGpus(annotations['muster.dev/booking']) }
    : { isOurs, requests: podRequests(pod) };
}

/** A cluster's node with the pods on it, as a node of ours. */
export function observedNodeOf(
  node: ClusterNode,
  shares: readonly PodShare[],
  options: NodeFactsOptions,
): ObservedNode {
  const pressure = pressureOf(node, shares.length, options.tolerations);
  return { description: descriptionOf(node, shares, options), ...(pressure !== undefined && { pressure }) };
}

function descriptionOf(node: ClusterNode, shares: readonly PodShare[], options: NodeFactsOptions): NodeDescription {
  const { metadata = {}, status = {} } = node;
  const labels = metadata.labels ?? {};
  const { capacity = {}, allocatable = {}, nodeInfo = {} } = status;
  const foreign = sum(shares.flatMap((share) => (share.isOurs ? [] : [share.requests])));
  const taken = amountsTaken(foreign);
  const gpuFacts = { labels, allocatable, foreign, own: ownSlots(shares), byClaim: options.gpuClaims };
  return {
    id: options.nodeId,
    name: metadata.name ?? '',
    capacity: amountsThere(capacity, options.portCount),
    allocatable: less(amountsThere(allocatable, options.portCount), taken),
    foreign: taken,
    gpus: gpuDevices(gpuFacts),
    os: osOf(labels, nodeInfo),
    arch: nodeInfo.architecture === 'arm64' ? 'arm64' : 'amd64',
    labels: keptLabels(labels),
    pools: (labels['muster.dev/pool'] ?? '').split('.').filter((pool) => pool !== ''),
    images: imageNames(status.images ?? []),
    backend: 'kubernetes',
  };
}

function amountsThere(quantities: Quantities, ports: number): HardwareAmounts {
  return {
    cpuMillis: roundedDown(1000 * amountOf(quantities.cpu)),
    memoryBytes: roundedDown(amountOf(quantities.memory)),
    diskBytes: roundedDown(amountOf(quantities['ephemeral-storage'])),
    ports,
  };
}

function amountsTaken(requests: Requests): HardwareAmounts {
  return {
    cpuMillis: roundedUp(1000 * (requests.cpu ?? 0)),
    memoryBytes: roundedUp(requests.memory ?? 0),
    diskBytes: roundedUp(requests['ephemeral-storage'] ?? 0),
    ports: 0,
  };
}

function less(there: HardwareAmounts, taken: HardwareAmounts): HardwareAmounts {
  return {
    cpuMillis: Math.max(0, there.cpuMillis - taken.cpuMillis),
    memoryBytes: Math.max(0, there.memoryBytes - taken.memoryBytes),
    diskBytes: Math.max(0, there.diskBytes - taken.diskBytes),
    ports: there.ports,
  };
}

function ownSlots(shares: readonly PodShare[]): ReadonlyMap<string, number> {
  const slots = new Map<string, number>();
  for (const share of shares)
    for (const gpu of share.isOurs ? share.gpus : [])
      slots.set(gpu.deviceId, (slots.get(gpu.deviceId) ?? 0) + gpu.slots);
  return slots;
}

function bookedGpus(booking: string | undefined): HardwareBooking['gpus'] {
  try {
    return (JSON.parse(booking ?? '') as HardwareBooking).gpus;
  } catch {
    return [];
  }
}

type NodeInfo = NonNullable<NonNullable<ClusterNode['status']>['nodeInfo']>;

/** Containers of Windows fit one build only, of which a kernel's version is a patch level. */
function osOf(labels: Readonly<Record<string, string>>, nodeInfo: NodeInfo): NodeDescription['os'] {
  const { operatingSystem = labels['kubernetes.io/os'], kernelVersion = '' } = nodeInfo;
  if (operatingSystem !== 'windows') return { family: 'linux', ...(kernelVersion !== '' && { build: kernelVersion }) };
  const build = labels['node.kubernetes.io/windows-build'] ?? kernelVersion.split('.').slice(0, 3).join('.');
  return { family: 'windows', ...(build !== '' && { build }) };
}

const maxLabels = 100;

/** A description has so many labels and no more; beyond it, those that tell a machine's features to machines are left out first. */
function keptLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(labels).sort(([a], [b]) => weightOf(a) - weightOf(b) || (a < b ? -1 : 1));
  return Object.fromEntries(entries.slice(0, maxLabels));
}

function weightOf(label: string): number {
  return /^(feature\.node|beta)\.kubernetes\.io\//.test(label) ? 1 : 0;
}

const maxImages = 1000;

/** As containerd names them, and as people do: `docker.io/library/node:24` is `node:24` too. */
function imageNames(images: readonly { readonly names?: readonly string[] }[]): string[] {
  const names = images.flatMap((image) => image.names ?? []).filter((name) => !name.includes('<none>'));
  const short = names.map((name) => name.replace(/^docker\.io\/(library\/)?/, ''));
  return [...new Set([...short, ...names])].slice(0, maxImages);
}

import type { ClusterPod, PodContainer, PodContainerStatus, Quantities } from './node-objects.js';
import { amountOf } from './quantity.js';

/** Amounts by resource name, in whole units: cores, bytes, devices. */
export type Requests = Readonly<Record<string, number>>;

/**
 * What the scheduler counts for a pod: its containers and the init containers that go on beside them together, or the largest
 * of the init containers that come one after the other, whichever is more; what is asked for the pod as a whole instead, where it
 * is; and its overhead. A container that is being resized counts with the most of what it had, has and wants.
 */
export function podRequests({ spec = {}, status = {} }: ClusterPod): Requests {
  const inPlace = new ResizedContainers(status);
  const beside: Requests[] = [];
  let largestInit: Requests = {};
  for (const container of spec.initContainers ?? []) {
    const own = inPlace.requestsOf(container);
    if (container.restartPolicy === 'Always') beside.push(own);
    else largestInit = most(largestInit, sum([...beside, own]));
  }
  const together = sum([...beside, ...(spec.containers ?? []).map((container) => inPlace.requestsOf(container))]);
  const whole = { ...most(together, largestInit), ...amountsOf(spec.resources?.requests) };
  return sum([whole, amountsOf(spec.overhead)]);
}

export function sum(all: readonly Requests[]): Requests {
  return all.reduce((total, each) => merged(total, each, (a, b) => a + b), {});
}

function most(one: Requests, other: Requests): Requests {
  return merged(one, other, Math.max);
}

function merged(one: Requests, other: Requests, merge: (a: number, b: number) => number): Requests {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, merge(one[name] ?? 0, other[name] ?? 0)]));
}

function amountsOf(quantities: Quantities = {}): Requests {
  return Object.fromEntries(Object.entries(quantities).map(([name, quantity]) => [name, amountOf(quantity)]));
}

/** A pod may be resized while it runs: until the kubelet has done it, what it has and what it is given may differ. */
class ResizedContainers {
  private readonly byName: ReadonlyMap<string, PodContainerStatus>;
  private readonly isRefused: boolean;

  constructor({
    containerStatuses = [],
    initContainerStatuses = [],
    conditions = [],
  }: NonNullable<ClusterPod['status']>) {
    this.byName = new Map([...initContainerStatuses, ...containerStatuses].map((each) => [each.name, each]));
    this.isRefused = conditions.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible');
  }

  requestsOf({ name, resources }: PodContainer): Requests {
    const wanted = amountsOf(resources?.requests);
    const status = this.byName.get(name ?? '');
    if (status?.allocatedResources === undefined) return wanted;
    const given = most(amountsOf(status.allocatedResources), amountsOf(status.resources?.requests));
    return this.isRefused ? given : most(given, wanted);
  }
}

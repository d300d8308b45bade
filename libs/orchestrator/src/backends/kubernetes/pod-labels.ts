import { createHash } from 'node:crypto';
import type { HardwareBooking, WorkloadId } from '@muster/contracts';
import type { Ownership, WorkloadKind } from '../../contract/ownership.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import type { V1Pod } from './kubernetes-api.js';

/** Labels by which an operator may look for pods (`kubectl get pods -l muster.dev/session=...`). */
const prefix = 'muster.dev/';
const memberOf = {
  installation: 'installationId',
  node: 'nodeId',
  session: 'sessionId',
  worker: 'workerId',
  role: 'role',
} as const;
const numbers = ['incarnation', 'epoch'] as const;

/** What labels and annotations say of a pod. */
export interface Labelled {
  readonly id: WorkloadId;
  readonly kind: WorkloadKind;
  readonly ownership: Ownership;
  readonly booking: HardwareBooking;
}

type Texts = Record<string, string>;

/** For the label that all pods of one back end carry, and nobody else's. */
export function ownerSelector(owner: string): string {
  return `${prefix}owner=${hashOf(owner)}`;
}

/** `nodeName`: the node that is meant, so that a pod can be selected by it before it is bound. */
export function labelsOf(spec: WorkloadSpec, owner: string, nodeName: string): Texts {
  const texts = { ...textsOf(spec), 'kubernetes-node': nodeName };
  const labels = Object.entries(texts).map(([name, text]) => [prefix + name, labelValue(text)]);
  return { ...(Object.fromEntries(labels) as Texts), [`${prefix}owner`]: hashOf(owner) };
}

/** What fits into no label: amounts, numbers that change nothing in how pods are selected, and texts with other letters. */
export function annotationsOf(spec: WorkloadSpec): Texts {
  const unfit = Object.entries(textsOf(spec)).filter(([, text]) => labelValue(text) !== text);
  const counted = numbers.flatMap((name) => {
    const number = spec.ownership[name];
    return number === undefined ? [] : [[name, String(number)]];
  });
  const annotations = [...unfit, ...counted, ['booking', JSON.stringify(spec.booking)]];
  return Object.fromEntries(annotations.map(([name, text]) => [prefix + name, text])) as Texts;
}

/** Undefined for pods of others, also such as carry some of our labels. */
export function readLabels(metadata: V1Pod['metadata'] = {}, owner: string): Labelled | undefined {
  const { labels = {}, annotations = {} } = metadata;
  const text = (name: string): string | undefined => annotations[prefix + name] ?? labels[prefix + name];
  const [id, kind, booking] = [text('workload'), text('kind'), parsed(text('booking'))];
  if (labels[`${prefix}owner`] !== hashOf(owner) || id === undefined || kind === undefined || booking === undefined)
    return undefined;
  const named = Object.entries(memberOf).map(([name, member]) => [member, text(name)]);
  const counted = numbers.map((name) => [name, numberOf(text(name))]);
  const given = [...named, ...counted].filter(([, value]) => value !== undefined);
  return {
    id: id as WorkloadId,
    kind: kind as WorkloadKind,
    ownership: Object.fromEntries(given) as Ownership,
    booking,
  };
}

/** As it is where it may be a label, else a name for it. */
export function labelValue(text: string): string {
  return /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/.test(text) ? text : `sha256-${hashOf(text)}`;
}

function textsOf({ id, kind, ownership }: WorkloadSpec): Texts {
  const named = Object.entries(memberOf).flatMap(([name, member]) => {
    const value = ownership[member];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...(Object.fromEntries(named) as Texts), workload: id, kind };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function parsed(json: string | undefined): HardwareBooking | undefined {
  try {
    return json === undefined ? undefined : (JSON.parse(json) as HardwareBooking);
  } catch {
    return undefined;
  }
}

import type { HardwareBooking, SessionId, WorkloadId } from '@muster/contracts';
import type { Ownership, WorkloadKind } from '../../contract/ownership.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';

/** Labels by which an operator may look for containers (`docker ps --filter label=dev.muster.session=...`). */
const prefix = 'dev.muster.';
const texts = ['installation', 'node', 'session', 'worker', 'role'] as const;
const memberOf = {
  installation: 'installationId',
  node: 'nodeId',
  session: 'sessionId',
  worker: 'workerId',
  role: 'role',
} as const;

/** What labels say of a container. */
export interface Labelled {
  readonly id: WorkloadId;
  readonly kind: WorkloadKind;
  readonly ownership: Ownership;
  readonly booking: HardwareBooking;
  readonly imageDigest?: string;
}

/** The label that all containers of one back end carry, and nobody else's: `name=value`. */
export function ownerLabel(owner: string): string {
  return `${prefix}owner=${owner}`;
}

export function labelsOf(spec: WorkloadSpec, owner: string, imageDigest: string): Record<string, string> {
  const { ownership } = spec;
  const named = texts.flatMap((name) => {
    const value = ownership[memberOf[name]];
    return value === undefined ? [] : [[prefix + name, value]];
  });
  const { incarnation, epoch } = ownership;
  return {
    ...Object.fromEntries(named),
    ...(incarnation !== undefined && { [`${prefix}incarnation`]: String(incarnation) }),
    ...(epoch !== undefined && { [`${prefix}epoch`]: String(epoch) }),
    [`${prefix}owner`]: owner,
    [`${prefix}id`]: spec.id,
    [`${prefix}kind`]: spec.kind,
    [`${prefix}booking`]: JSON.stringify(spec.booking),
    [`${prefix}image-digest`]: imageDigest,
  };
}

/** Undefined for containers of others, also such as carry some of our labels. */
export function readLabels(labels: Readonly<Record<string, string>>, owner: string): Labelled | undefined {
  const label = (name: string): string | undefined => labels[prefix + name];
  const [id, kind, booking] = [label('id'), label('kind'), parsed(label('booking'))];
  if (label('owner') !== owner || id === undefined || kind === undefined || booking === undefined) return undefined;
  const named = texts.flatMap((name) => (label(name) === undefined ? [] : [[memberOf[name], label(name)]]));
  const numbers = ['incarnation', 'epoch'].flatMap((name) =>
    label(name) === undefined ? [] : [[name, Number(label(name))]],
  );
  const digest = label('image-digest');
  return {
    id: id as WorkloadId,
    kind: kind as WorkloadKind,
    ownership: Object.fromEntries([...named, ...numbers]) as Ownership,
    booking,
    ...(digest !== undefined && digest !== '' && { imageDigest: digest }),
  };
}

/** Of the network of a session. */
export function networkLabels(
  { installationId, nodeId }: Pick<Ownership, 'installationId' | 'nodeId'>,
  owner: string,
  session: SessionId,
): Record<string, string> {
  return {
    [`${prefix}installation`]: installationId,
    [`${prefix}node`]: nodeId,
    [`${prefix}owner`]: owner,
    [`${prefix}session`]: session,
  };
}

/** The session whose network it is; undefined for networks of others. */
export function readNetworkLabels(
  labels: Readonly<Record<string, string>> | undefined,
  owner: string,
): SessionId | undefined {
  return labels?.[`${prefix}owner`] === owner ? (labels[`${prefix}session`] as SessionId | undefined) : undefined;
}

function parsed(json: string | undefined): HardwareBooking | undefined {
  try {
    return json === undefined ? undefined : (JSON.parse(json) as HardwareBooking);
  } catch {
    return undefined;
  }
}

import type { InstallationId, NodeId, SessionId, WorkerId, WorkloadId } from '@muster/contracts';

export type WorkloadKind = 'worker' | 'session-service' | 'local-directory';

/** Who a workload belongs to. Back ends keep it as labels, so that it outlives us. */
export interface Ownership {
  readonly installationId: InstallationId;
  readonly nodeId: NodeId;
  readonly sessionId?: SessionId;
  readonly workerId?: WorkerId;
  readonly role?: string;
  readonly incarnation?: number;
  readonly epoch?: number;
}

/** Every member that is given must match; `installationId` always is, so that nobody sees another installation's. */
export interface OwnershipFilter {
  readonly installationId: InstallationId;
  readonly nodeId?: NodeId;
  readonly kind?: WorkloadKind;
  readonly sessionId?: SessionId;
  readonly workerId?: WorkerId;
  readonly role?: string;
  readonly ids?: readonly WorkloadId[];
}

export function isOwnedBy(
  filter: OwnershipFilter,
  workload: { id: WorkloadId; kind: WorkloadKind; ownership: Ownership },
): boolean {
  const { kind, ids, ...owner } = filter;
  if (kind !== undefined && kind !== workload.kind) return false;
  if (ids !== undefined && !ids.includes(workload.id)) return false;
  return Object.entries(owner).every(
    ([member, wanted]) => wanted === undefined || workload.ownership[member as keyof Ownership] === wanted,
  );
}

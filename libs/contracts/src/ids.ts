/** Opaque identifiers. A brand keeps one kind from being passed where another is meant; on the wire they are strings. */
declare const brand: unique symbol;
type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type SessionId = Id<'session'>;
export type WorkerId = Id<'worker'>;
export type NodeId = Id<'node'>;
export type UserId = Id<'user'>;
/** One running instance of a service, for example one session service process. */
export type InstanceId = Id<'instance'>;
/** Names one incarnation of one worker, and so at most one process, container or pod: see {@link workloadIdOf}. */
export type WorkloadId = Id<'workload'>;
export type InstallationId = Id<'installation'>;

export const idPrefixes = {
  session: 'ses_',
  worker: 'wrk_',
  node: 'nod_',
  user: 'usr_',
  instance: 'svc_',
  token: 'tok_',
  client: 'cli_',
  installation: 'ins_',
} as const;

/** The workload id that (session, worker, incarnation) decides: safe as a file name, container name and pod name. */
export function workloadIdOf(session: SessionId, worker: WorkerId, incarnation: number): WorkloadId {
  return `${session}-${worker}-${incarnation}`.toLowerCase().replaceAll('_', '-') as WorkloadId;
}

import { BackendUnavailable, InvalidSpec, NoCapacity, OrchestratorError } from '../../contract/errors.js';
import { KubernetesRefusal } from './kubernetes-refusal.js';

export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  return error instanceof KubernetesRefusal && statuses.includes(error.status);
}

/** The contract's error for what the cluster answered when a pod was to be made. */
export function startRefusal(cause: unknown): OrchestratorError {
  if (!(cause instanceof KubernetesRefusal))
    return cause instanceof OrchestratorError ? cause : new BackendUnavailable(String(cause), { cause });
  const { status, said } = cause;
  if (status === 403 && /exceeded quota/i.test(said)) return new NoCapacity(said, { cause });
  // What we may not do at all, or not at the moment, says nothing about the workload.
  if (status === 403 && /cannot \w+ resource|is being terminated/.test(said)) return cause;
  return [400, 403, 422].includes(status) ? new InvalidSpec(said, { cause }) : cause;
}

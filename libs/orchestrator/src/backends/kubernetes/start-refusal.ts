import { BackendUnavailable, InvalidSpec, NoCapacity, OrchestratorError } from '../../contract/errors.js';

/**
 * The cluster's answer to a question that it did not fulfil. What it means depends on the question; where nobody says, it is no
 * knowledge about the workload, hence a `BackendUnavailable`.
 */
export class KubernetesRefusal extends BackendUnavailable {
  constructor(
    readonly status: number,
    readonly said: string,
    question: string,
  ) {
    super(`the cluster refused ${question} (${status}): ${said}`);
  }
}

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

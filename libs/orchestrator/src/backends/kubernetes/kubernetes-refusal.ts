import { BackendUnavailable } from '../../contract/errors.js';

/**
 * The API server's answer to a question that it did not fulfil. What it means depends on the question; where nobody says, it is
 * no knowledge about the workload, hence a `BackendUnavailable`.
 */
export class KubernetesRefusal extends BackendUnavailable {
  constructor(
    readonly status: number,
    /** Kubernetes' own word, like `AlreadyExists`, `NotFound`, `Expired`. */
    readonly reason: string,
    readonly said: string,
    question: string,
  ) {
    super(`the cluster refused ${question} (${status} ${reason}): ${said}`);
  }
}

/** For a question whose answer 404 means that there is nothing: then undefined. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof KubernetesRefusal && error.status === 404) return undefined;
    throw error;
  });
}

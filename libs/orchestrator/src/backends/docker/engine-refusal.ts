import { BackendUnavailable } from '../../contract/errors.js';

/**
 * The engine's answer to a question that it did not fulfil. What it means depends on the question; where nobody says, it is
 * no knowledge about the workload, hence a `BackendUnavailable`.
 */
export class EngineRefusal extends BackendUnavailable {
  constructor(
    readonly status: number,
    readonly said: string,
    question: string,
  ) {
    super(`the engine refused ${question} (${status}): ${said}`);
  }
}

/** For a question whose answer 404 means that there is nothing: then undefined. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: unknown) => {
    if (error instanceof EngineRefusal && error.status === 404) return undefined;
    throw error;
  });
}

export type OrchestratorErrorCode =
  'no-capacity' | 'image-unavailable' | 'backend-unavailable' | 'workload-not-found' | 'invalid-spec';

/** What every back end throws; nothing else comes out of one. `retryable` says whether the same call may succeed later. */
export abstract class OrchestratorError extends Error {
  abstract readonly code: OrchestratorErrorCode;
  abstract readonly retryable: boolean;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The node has no room: memory, process table, a port that somebody else took. Place the workload elsewhere. */
export class NoCapacity extends OrchestratorError {
  readonly code = 'no-capacity';
  readonly retryable = false;
}

/** The image does not exist, cannot be pulled, or does not fit the node's system. */
export class ImageUnavailable extends OrchestratorError {
  readonly code = 'image-unavailable';
  readonly retryable = false;
}

/** The engine, cluster or keeper does not answer. Nothing is known about what was asked: ask again. */
export class BackendUnavailable extends OrchestratorError {
  readonly code = 'backend-unavailable';
  readonly retryable = true;
}

/** No workload of that handle is known, or it ended so long ago that it was forgotten. */
export class WorkloadNotFound extends OrchestratorError {
  readonly code = 'workload-not-found';
  readonly retryable = false;
}

/** This can never start: unknown command, a way of running the back end lacks, an id that has already ended. */
export class InvalidSpec extends OrchestratorError {
  readonly code = 'invalid-spec';
  readonly retryable = false;
}

const classes = {
  'no-capacity': NoCapacity,
  'image-unavailable': ImageUnavailable,
  'backend-unavailable': BackendUnavailable,
  'workload-not-found': WorkloadNotFound,
  'invalid-spec': InvalidSpec,
} as const;

/** The error of a code: for back ends whose failures cross a wire. */
export function orchestratorError(code: OrchestratorErrorCode, message: string): OrchestratorError {
  return new classes[code](message);
}

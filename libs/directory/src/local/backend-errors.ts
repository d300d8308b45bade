import { MusterError, type ErrorCode } from '@muster/contracts';
import { OrchestratorError, type OrchestratorErrorCode } from '@muster/orchestrator';

const codes: Record<OrchestratorErrorCode, ErrorCode> = {
  'no-capacity': 'refused',
  'image-unavailable': 'workload-failed',
  'backend-unavailable': 'upstream-unavailable',
  'workload-not-found': 'not-found',
  'invalid-spec': 'workload-failed',
};

/** A back end's error as the holder is told it. */
export function fromBackend(error: unknown): unknown {
  if (!(error instanceof OrchestratorError)) return error;
  return new MusterError(codes[error.code], error.message, { cause: error, extensions: { backend: error.code } });
}

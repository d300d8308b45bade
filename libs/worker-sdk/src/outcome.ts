import { MusterError, type ProblemDetails } from '@muster/contracts/wire';
import type { Bytes } from './definition.js';

/** How an action ended; JSON is made once, for the wire and for memory. */
export type Outcome =
  | { kind: 'body'; json: string }
  | { kind: 'bytes'; topic: string; bytes: Uint8Array }
  | { kind: 'problem'; problem: ProblemDetails };

export function isBytes(value: unknown): value is Bytes {
  const candidate = value as Partial<Bytes> | null | undefined;
  return candidate?.bytes instanceof Uint8Array && typeof candidate.topic === 'string';
}

export function outcomeOf(value: unknown): Outcome {
  if (isBytes(value)) return { kind: 'bytes', topic: value.topic, bytes: value.bytes };
  return { kind: 'body', json: JSON.stringify(value) ?? 'null' };
}

/**
 * The MusterError that an author's code threw, of whatever copy of the SDK: the worker host runs modules that bring their own.
 * Undefined for any other error.
 */
export function ownError(error: unknown): MusterError | undefined {
  if (error instanceof MusterError) return error;
  if (!(error instanceof Error) || error.name !== 'MusterError') return undefined;
  return MusterError.fromProblem((error as MusterError).toProblem());
}

/** A thrown error as an answer; what was cancelled says so, whatever was thrown. */
export function problemOf(error: unknown, signal: AbortSignal): Outcome {
  const own = ownError(error);
  if (own !== undefined) return { kind: 'problem', problem: own.toProblem() };
  if (signal.aborted)
    return { kind: 'problem', problem: new MusterError('cancelled', 'the request was cancelled').toProblem() };
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: 'problem', problem: new MusterError('action-failed', detail).toProblem() };
}

export function sizeOfOutcome(outcome: Outcome): number {
  if (outcome.kind === 'body') return outcome.json.length;
  return outcome.kind === 'bytes' ? outcome.bytes.byteLength : 1024;
}

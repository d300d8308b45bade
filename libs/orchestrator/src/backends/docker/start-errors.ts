import {
  BackendUnavailable,
  ImageUnavailable,
  InvalidSpec,
  NoCapacity,
  OrchestratorError,
} from '../../contract/errors.js';
import { EngineRefusal } from './engine-refusal.js';

/** The engine says most of it in words only. Tried in this order. */
const meanings: readonly [RegExp, typeof NoCapacity | typeof InvalidSpec | typeof ImageUnavailable][] = [
  [/port is already allocated|address already in use/i, NoCapacity],
  [/no space left|cannot allocate memory|resource temporarily unavailable|too many open files/i, NoCapacity],
  [/could not select device driver|nvidia-container-cli/i, NoCapacity],
  [/range of cpus|address pools/i, NoCapacity],
  [/no such image|manifest unknown/i, ImageUnavailable],
  [
    /executable file not found|no such file or directory|permission denied|exec format error|not a directory/i,
    InvalidSpec,
  ],
  [/bind source path does not exist|invalid mount|chdir to cwd/i, InvalidSpec],
];

/** The contract's error for what the engine answered when a workload was created or started. */
export function startError(cause: unknown): OrchestratorError {
  if (!(cause instanceof EngineRefusal)) return asOrchestratorError(cause);
  for (const [words, Meaning] of meanings) if (words.test(cause.said)) return new Meaning(cause.said, { cause });
  // A proxy before the engine refuses by 403 what it never allows.
  return cause.status === 400 || cause.status === 403 ? new InvalidSpec(cause.said, { cause }) : cause;
}

function asOrchestratorError(cause: unknown): OrchestratorError {
  return cause instanceof OrchestratorError ? cause : new BackendUnavailable(String(cause), { cause });
}

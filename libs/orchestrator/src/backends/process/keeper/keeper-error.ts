import { BackendUnavailable, InvalidSpec, NoCapacity, OrchestratorError } from '../../../contract/errors.js';

/** What the system says when a process table, a memory, a disk or a file table is full. */
const full = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ENOSPC', 'EDQUOT']);

/** The contract's error for what the system answered to an attempt to start `program`. */
export function startError(program: string, cause: unknown): OrchestratorError {
  if (cause instanceof OrchestratorError) return cause;
  const code = codeOf(cause);
  if (full.has(code)) return new NoCapacity(`the system has no room to start ${program} (${code})`, { cause });
  if (code === 'ENOENT') return new InvalidSpec(`there is no program ${program}`, { cause });
  if (code === 'EACCES') return new InvalidSpec(`${program} may not be executed`, { cause });
  return new InvalidSpec(`${program} could not be started (${code})`, { cause });
}

/** The contract's error for what went wrong with our own files. */
export function filesError(cause: unknown): OrchestratorError {
  const code = codeOf(cause);
  if (full.has(code)) return new NoCapacity(`the state directory has no room (${code})`, { cause });
  return new BackendUnavailable(`the state directory cannot be written (${code})`, { cause });
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}

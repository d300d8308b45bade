import type { Ledger } from './ledger.js';
import type { ProjectLocks } from './project-locks.js';
import type { Takeover } from './takeover.js';

/** Makes right what a crash between two steps left: locks, ledger entries, sessions of services that left no trace. */
export async function reconcile(parts: { locks: ProjectLocks; ledger: Ledger; takeover: Takeover }): Promise<void> {
  await parts.locks.sweep();
  await parts.ledger.reconcile();
  await parts.takeover.adoptOrphans();
}

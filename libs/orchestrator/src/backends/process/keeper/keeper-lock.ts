import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Makes this process the only keeper of a state directory for as long as it lives. The lock is the system's (an exclusive
 * transaction that is never ended), so it goes with the process, however that ends. Returns undefined if another has it.
 */
export function takeKeeperLock(stateDir: string): { release(): void } | undefined {
  const database = new DatabaseSync(join(stateDir, 'keeper.lock'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch {
    database.close();
    return undefined;
  }
  return { release: () => database.close() };
}

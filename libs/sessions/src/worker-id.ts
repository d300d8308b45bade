import { createHash } from 'node:crypto';
import type { WorkerId } from '@muster/contracts';

/** The worker id of a role of a session: the same whoever works it out. */
export function workerIdOf(session: string, role: string): WorkerId {
  const digest = createHash('sha256').update(`${session}/${role}`).digest('hex');
  return `wrk_${digest.slice(0, 24)}` as WorkerId;
}

import type { Revocation, UserId } from '@muster/contracts';
import { endsSessions } from '@muster/identity';
import type { SessionDocument } from './session-document.js';

/** A clock of another machine may be ahead or behind by so much. */
const clockSlackMs = 60_000;

/**
 * Whether the session ends because its user was disabled or removed. What was made later belongs to a user who was let in
 * again: revocations may be heard of late, and again.
 */
export function isEndedBy(
  revocation: Revocation,
  { owner, createdAtMs }: Pick<SessionDocument, 'owner' | 'createdAtMs'>,
): boolean {
  const isTheirs = owner === (revocation.userId as UserId);
  return endsSessions(revocation) && isTheirs && createdAtMs <= Date.parse(revocation.at) + clockSlackMs;
}

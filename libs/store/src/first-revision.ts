import { randomInt } from 'node:crypto';

/**
 * Where the revisions of a new document begin: anywhere. Else a document that was removed and made again would soon have the
 * revision of the first one, and who read that one would replace or remove the other.
 */
export function firstRevision(): number {
  return randomInt(1, 2 ** 47);
}

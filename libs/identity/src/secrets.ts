import { createHash, timingSafeEqual } from 'node:crypto';

/** What is stored in place of a random secret of at least 128 bits; for passwords see Passwords. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Takes the same time wherever the texts differ. */
export function sameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

export function matchesHash(secret: string, hash: string): boolean {
  return sameSecret(secretHash(secret), hash);
}

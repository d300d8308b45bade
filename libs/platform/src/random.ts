import { randomBytes } from 'node:crypto';

/** Randomness as a port, so that a simulation can be replayed. */
export interface RandomSource {
  /** Uniform in [0, 1): for jitter and choice, never for secrets. */
  next(): number;
  /** Unpredictable bytes for secrets and ids, as base64url text. */
  secret(bytes: number): string;
}

export const systemRandom: RandomSource = {
  next: () => Math.random(),
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};

/** Nest injection token of the process's {@link RandomSource}. */
export const RANDOM = Symbol('RandomSource');

/** `ms` moved by up to a quarter both ways, so that many do not act at the same moment. */
export function jittered(ms: number, random: RandomSource): number {
  return ms * (0.75 + random.next() / 2);
}

/** A new opaque id with its kind's prefix; lower case and digits only, so that it can be a host or file name. */
export function newId(prefix: string, random: RandomSource): string {
  return prefix + Buffer.from(random.secret(15), 'base64url').toString('hex').slice(0, 24);
}

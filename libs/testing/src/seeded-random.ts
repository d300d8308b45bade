import { createHash } from 'node:crypto';
import type { RandomSource } from '@muster/platform';

/** The same numbers and secrets in every run with the same seed. */
export class SeededRandom implements RandomSource {
  private drawn = 0;

  constructor(private readonly seed = 'test') {}

  next(): number {
    return this.draw().readUInt32BE() / 2 ** 32;
  }

  secret(bytes: number): string {
    const draws = Array.from({ length: Math.ceil(bytes / 32) }, () => this.draw());
    return Buffer.concat(draws).subarray(0, bytes).toString('base64url');
  }

  private draw(): Buffer {
    this.drawn += 1;
    return createHash('sha256').update(`${this.seed} ${this.drawn}`).digest();
  }
}

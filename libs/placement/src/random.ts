/** A number from 0 up to but not including 1. */
export type Random = () => number;

/** Mulberry32: small, quick, and the same on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** An integer from 0 to `count` - 1. */
export function pick(random: Random, count: number): number {
  return Math.floor(random() * count);
}

/** A step with which every index of 0 to `count` - 1 is visited once before one comes again. */
export function randomStride(random: Random, count: number): number {
  const first = pick(random, primes.length);
  for (let i = 0; i < primes.length; i++) {
    const prime = primes[(first + i) % primes.length] ?? 1;
    if (count % prime !== 0) return prime % count || 1;
  }
  return 1;
}

const primes = [7919, 6007, 104_729, 15_485_863, 1_299_709, 48_611, 12_553, 611_953];

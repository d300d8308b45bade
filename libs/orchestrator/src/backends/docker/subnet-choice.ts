import { InvalidSpec } from '../../contract/errors.js';

/** Where the subnets of sessions' networks are taken from. IPv4 only. */
export interface SubnetPool {
  /** `10.210.0.0/16` */
  readonly pool: string;
  /** Length of each subnet's own prefix; an engine keeps three addresses of a subnet for itself. */
  readonly prefix: number;
}

interface Range {
  readonly first: number;
  readonly last: number;
}

/** Throws `InvalidSpec` for a pool that has no such subnets. */
export function checkPool({ pool, prefix }: SubnetPool): void {
  const range = rangeOf(pool);
  if (range === undefined || addressOf(range.first) !== pool.split('/')[0])
    throw new InvalidSpec(`${pool} is no IPv4 network like 10.210.0.0/16`);
  if (prefix < lengthOf(pool) || prefix > 29)
    throw new InvalidSpec(`subnets of /${prefix} are not possible in ${pool}: from /${lengthOf(pool)} to /29 they are`);
}

/** The subnets of a pool that share no address with what is taken, lowest first. Pure. */
export function* freeSubnets({ pool, prefix }: SubnetPool, taken: readonly string[]): Generator<string> {
  const range = rangeOf(pool);
  if (range === undefined) return;
  const size = sizeOf(prefix);
  const others = taken.flatMap((each) => rangeOf(each) ?? []).filter((each) => overlaps(each, range));
  for (let first = range.first; first + size - 1 <= range.last; first += size) {
    const subnet = { first, last: first + size - 1 };
    if (!others.some((each) => overlaps(each, subnet))) yield `${addressOf(first)}/${prefix}`;
  }
}

/** Of a network or an address in one; undefined for what is not IPv4. */
function rangeOf(written: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(written);
  if (match === null) return undefined;
  const parts = match.slice(1, 5).map(Number);
  if (parts.some((part) => part > 255) || lengthOf(written) > 32) return undefined;
  const address = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = sizeOf(lengthOf(written));
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

function overlaps(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

function lengthOf(written: string): number {
  return Number(written.split('/')[1]);
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

function addressOf(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

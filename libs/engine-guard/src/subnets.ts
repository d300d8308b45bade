interface Network {
  readonly first: number;
  readonly last: number;
}

/** `10.90.0.0/16` as its first and last address; `undefined` when it is none, or has bits beyond its length. */
export function networkOf(written: string): Network | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(written);
  if (match === null) return undefined;
  const [length = 0, ...parts] = [match[5], ...match.slice(1, 5)].map(Number);
  if (length > 32 || parts.some((part) => part > 255)) return undefined;
  const first = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - length);
  return first % size === 0 ? { first, last: first + size - 1 } : undefined;
}

export function isInside(written: string, ranges: readonly string[]): boolean {
  const network = networkOf(written);
  return (
    network !== undefined &&
    ranges.some((each) => {
      const range = networkOf(each);
      return range !== undefined && range.first <= network.first && network.last <= range.last;
    })
  );
}

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `512 B`, `96 MiB`, `1.5 GiB`. */
export function bytes(amount: number): string {
  if (amount < 1024) return `${amount} B`;
  const power = Math.min(units.length, Math.floor(Math.log2(amount) / 10));
  const value = amount / 1024 ** power;
  return `${value >= 10 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${units[power - 1] ?? ''}`;
}

/** Thousandths of a core as cores: `0.5`, `16`. */
export function cores(cpuMillis: number): string {
  return String(Math.round(cpuMillis / 10) / 100);
}

/** `1 node`, `2 nodes`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

/** One way to do what is measured; each call is one measurement, in whatever unit all of them have. */
export type Measured = () => Promise<number>;

/**
 * Measures all ways in turn, in each other round in the opposite order, so that a busy computer is busy for all of them and
 * none always comes first.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  ways: Record<Name, Measured>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round < rounds; round += 1)
    for (const name of round % 2 === 0 ? names : [...names].reverse()) values[name].push(await ways[name]());
  return values;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

/** What was measured, for people: a line for each way, and what is asked of it. */
export function report(title: string, values: Readonly<Record<string, readonly number[]>>, bar: string): string {
  const rows = Object.entries(values).map(([name, all]) => {
    const [least, middle, most] = [Math.min(...all), median(all), Math.max(...all)].map((value) => value.toFixed(1));
    return `  ${name.padEnd(26)} min ${least}, median ${middle}, max ${most} (${all.length} times)`;
  });
  return [title, ...rows, `  bar: ${bar}`].join('\n');
}

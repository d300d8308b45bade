import { Bench, type ConformanceCase } from './bench.js';
import { endCases } from './end-cases.js';
import type { ConformanceHarness } from './harness.js';
import { observeCases } from './observe-cases.js';
import { startCases } from './start-cases.js';
import { surroundingsCases } from './surroundings-cases.js';

export { probeCommand, type ProbeBehaviour, type ProbeStep } from './probe.js';
export type { ConformanceHarness } from './harness.js';

const cases: readonly ConformanceCase[] = [...startCases, ...endCases, ...observeCases, ...surroundingsCases];

/**
 * The promises of the contract, one test each, for any test runner: `for (const { name, run } of
 * orchestratorConformance(harness)) it(name, run)`. A case that does not apply to the back end calls `skip`, if given.
 */
export function orchestratorConformance(
  harness: ConformanceHarness,
): { name: string; run: (skip?: (why: string) => void) => Promise<void> }[] {
  return cases.map((each) => ({ name: each.name, run: (skip) => runCase(each, harness, skip) }));
}

async function runCase(
  each: ConformanceCase,
  harness: ConformanceHarness,
  skip?: (why: string) => void,
): Promise<void> {
  const bench = new Bench(harness);
  await bench.open();
  try {
    if (each.applies?.(harness, bench.backend.capabilities) === false) skip?.('does not apply to this back end');
    else await each.try(bench);
  } finally {
    await bench.clear();
  }
}

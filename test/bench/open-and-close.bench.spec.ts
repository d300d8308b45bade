import { inTurns, median, report } from '@muster/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startThreeBare, stopAll, ThreeWorkers } from './three-workers.js';

const rounds = 4;
const roundMs = 6000;
const lanes = 4;
const leastOfBare = 0.6;

let muster: ThreeWorkers;

beforeAll(async () => {
  muster = await ThreeWorkers.start();
});
afterAll(() => muster?.dispose());

/** How often a second this can be done in so many lanes. What is under way at the end is finished, and counts with its time. */
async function perSecond(once: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  let done = 0;
  const lane = async (): Promise<void> => {
    for (; performance.now() < begin + roundMs; done += 1) await once();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (1000 * done) / (performance.now() - begin);
}

it('sessions of three workers, opened and closed as fast as it goes', async () => {
  const ways = {
    'three bare processes': () => perSecond(async () => stopAll(await startThreeBare())),
    'a session': () => perSecond(async () => muster.close(await muster.open())),
  };
  // As many spares wait as workers were started lately.
  await ways['a session']();
  const values = await inTurns(rounds, ways);
  const bar = leastOfBare * median(values['three bare processes']);
  const title = `Sessions of three workers opened and closed in ${lanes} lanes, per second`;
  console.log(report(title, values, `the median is at least ${bar.toFixed(1)}`));
  expect(median(values['a session'])).toBeGreaterThanOrEqual(bar);
}, 300_000);

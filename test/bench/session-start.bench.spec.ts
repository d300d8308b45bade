import { inTurns, median, report, timed } from '@muster/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BareProgram } from './bare-program.js';
import { startThreeBare, stopAll, ThreeWorkers, workersOfOne } from './three-workers.js';

const times = 15;
const mostOfBare = 1.5;

const warmTimes = 30;
/** Until spares are there again. */
const refillMs = 2000;
const warmMedianMs = 100;
const warmMostMs = 300;

let cold: ThreeWorkers;
let warm: ThreeWorkers;

function started(spares: number): Promise<ThreeWorkers> {
  return ThreeWorkers.start({
    MUSTER_SPARE_WORKERS_LEAST: String(spares),
    MUSTER_SPARE_WORKERS_MOST: String(spares),
  });
}

beforeAll(async () => {
  cold = await started(0);
  warm = await started(workersOfOne);
});
afterAll(async () => {
  await cold?.dispose();
  await warm?.dispose();
});

/** From the request to running; then it is closed. */
async function opened(muster: ThreeWorkers): Promise<number> {
  let id = '';
  const ms = await timed(async () => {
    id = await muster.open();
  });
  await muster.close(id);
  return ms;
}

it('a cold session of three workers, from the request to running', async () => {
  const values = await inTurns(times, {
    'three bare processes': async () => {
      let bare: BareProgram[] = [];
      const ms = await timed(async () => {
        bare = await startThreeBare();
      });
      await stopAll(bare);
      return ms;
    },
    'a session': () => opened(cold),
  });
  const bar = mostOfBare * median(values['three bare processes']);
  console.log(report('Cold session of three workers, ms', values, `a session's median is at most ${bar.toFixed(1)}`));
  expect(median(values['a session'])).toBeLessThanOrEqual(bar);
}, 300_000);

it('the same with spares, while they last', async () => {
  await opened(warm);
  const values = await inTurns(warmTimes, {
    'a session': async () => {
      await pause(refillMs);
      return opened(warm);
    },
  });
  console.log(
    report(
      'Session of three workers with spares, ms',
      values,
      `median at most ${warmMedianMs}, all at most ${warmMostMs}`,
    ),
  );
  expect(median(values['a session'])).toBeLessThanOrEqual(warmMedianMs);
  expect(Math.max(...values['a session'])).toBeLessThanOrEqual(warmMostMs);
}, 300_000);

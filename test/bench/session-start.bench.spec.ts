import type { MusterClient } from '@muster/client';
import { inTurns, median, report, TestSystem, timed } from '@muster/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BareProgram } from './bare-program.js';
import { closeSession, fieldLabModules, openFieldLab, startBareFieldLab, stopAll } from './field-lab.js';

const times = 15;
const mostOfBare = 1.5;

const warmTimes = 30;
/** Until spares are there again. */
const refillMs = 2000;
const warmMedianMs = 100;
const warmMostMs = 300;

interface Way {
  system: TestSystem;
  client: MusterClient;
}
let cold: Way;
let warm: Way;

async function started(spares: number): Promise<Way> {
  const bounds = { MUSTER_SPARE_WORKERS_LEAST: String(spares), MUSTER_SPARE_WORKERS_MOST: String(spares) };
  const system = await TestSystem.start({ mode: 'standalone', settings: bounds });
  return { system, client: await system.client() };
}

beforeAll(async () => {
  cold = await started(0);
  warm = await started(fieldLabModules.length);
});
afterAll(async () => {
  await cold?.system.dispose();
  await warm?.system.dispose();
});

/** From the request to running; then it is closed. */
async function opened({ client }: Way): Promise<number> {
  let id = '';
  const ms = await timed(async () => {
    id = await openFieldLab(client);
  });
  await closeSession(client, id);
  return ms;
}

it('a cold session of three workers, from the request to running', async () => {
  const values = await inTurns(times, {
    'three bare processes': async () => {
      let bare: BareProgram[] = [];
      const ms = await timed(async () => {
        bare = await startBareFieldLab();
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

import type { MusterClient } from '@muster/client';
import { inTurns, median, report, TestSystem, timed } from '@muster/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BareProgram } from './bare-program.js';

const times = 15;
const mostOfBare = 1.5;
/** Of the demo's session type, whose workers are all mandatory but the plot; that one is waited for as well. */
const modules = ['field-model', 'field-solver', 'field-plot'];

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
  warm = await started(modules.length);
});
afterAll(async () => {
  await cold?.system.dispose();
  await warm?.system.dispose();
});

/** From the request to running; then it is closed. */
async function opened({ client }: Way): Promise<number> {
  let id = '';
  const ms = await timed(async () => {
    ({ id } = await client.sessions.create({ type: 'field-lab' }));
    await untilAllRun(client, id);
  });
  await client.sessions.close(id);
  await client.sessions.waitUntil(id, 'closed');
  return ms;
}

async function untilAllRun(client: MusterClient, id: string): Promise<void> {
  const running = new Set<string>();
  for await (const news of client.sessions.events(id))
    if (
      news.kind === 'worker' &&
      news.worker?.state === 'running' &&
      running.add(news.role ?? '').size === modules.length
    )
      return;
}

it('a cold session of three workers, from the request to running', async () => {
  const values = await inTurns(times, {
    'three bare processes': async () => {
      const bare: BareProgram[] = [];
      const ms = await timed(async () => {
        const all = modules.map((name) => BareProgram.start('worker', `dist/workers/${name}.js`));
        bare.push(...(await Promise.all(all)));
      });
      await Promise.all(bare.map((each) => each.stop()));
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

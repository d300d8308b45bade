import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inTurns, report, TestCatalogue } from '@muster/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canLookAtProcesses, cpuSeconds, descendantsOf, residentBytes } from './process-figures.js';
import { buildScriptedStandalone } from './scripted/build-standalone.js';
import { ScriptedWorkers } from './scripted/workers.js';
import { StandaloneProcess } from './standalone-process.js';

const sessions = 500;
const atOnce = 20;
const times = 3;
const windowMs = 20_000;
/** What the starts left to do, and to collect. */
const settleMs = 10_000;
const mostCores = 0.2;
const mostMegabytes = 300;

let program: string;
let catalogue: TestCatalogue;
let workers: ScriptedWorkers;
let empty: StandaloneProcess;
let full: StandaloneProcess;

const start = (): Promise<StandaloneProcess> =>
  StandaloneProcess.start({
    program,
    settings: {
      MUSTER_CATALOGUE: catalogue.folder,
      MUSTER_SESSION_CAPACITY: String(sessions),
      SCRIPTED_WORKERS: workers.url,
    },
  });

beforeAll(async () => {
  program = await buildScriptedStandalone();
  catalogue = await TestCatalogue.of({ idle: { roles: { only: { command: ['scripted'] } } } });
  workers = await ScriptedWorkers.start();
  empty = await start();
  full = await start();
}, 60_000);
afterAll(async () => {
  await empty?.dispose('SIGKILL');
  await full?.dispose('SIGKILL');
  workers?.stop();
  await catalogue?.remove();
  if (program !== undefined) await rm(dirname(program), { recursive: true });
});

async function openAll(system: StandaloneProcess): Promise<void> {
  const client = await system.client();
  let left = sessions;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { id } = await client.sessions.create({ type: 'idle' });
      await client.sessions.waitUntil(id, 'running');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

const processesOf = ({ pid }: StandaloneProcess): number[] => [pid, ...descendantsOf(pid)];

async function coresOf(system: StandaloneProcess): Promise<number> {
  const pids = processesOf(system);
  const [begin, before] = [performance.now(), cpuSeconds(...pids)];
  await pause(windowMs);
  return (1000 * (cpuSeconds(...pids) - before)) / (performance.now() - begin);
}

it.runIf(canLookAtProcesses)(
  `the control plane of ${sessions} sessions that run and do nothing`,
  async () => {
    await openAll(full);
    await pause(settleMs);
    const megabytes: number[] = [];
    const cores = await inTurns(times, {
      'without sessions': () => coresOf(empty),
      [`${sessions} sessions`]: async () => {
        const value = await coresOf(full);
        megabytes.push(residentBytes(...processesOf(full)) / 1e6);
        return value;
      },
    });
    const perMille = Object.fromEntries(
      Object.entries(cores).map(([name, all]) => [name, all.map((each) => 1000 * each)]),
    );
    console.log(
      report('Control plane at rest, thousandths of a core', perMille, `at most ${1000 * mostCores}, always`),
    );
    console.log(
      report('The same, resident MB', { [`${sessions} sessions`]: megabytes }, `at most ${mostMegabytes}, always`),
    );
    const { items } = await (await full.client()).sessions.list({ state: 'running', limit: 200 });
    expect(items).toHaveLength(200);
    expect(Math.max(...(cores[`${sessions} sessions`] ?? []))).toBeLessThanOrEqual(mostCores);
    expect(Math.max(...megabytes)).toBeLessThanOrEqual(mostMegabytes);
  },
  300_000,
);

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MusterClient, SessionView } from '@muster/client';
import { report, TestCatalogue, timed } from '@muster/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Inspector, inspectable } from './inspector.js';
import { canLookAtProcesses, descendantsOf, openFiles } from './process-figures.js';
import { StandaloneProcess } from './standalone-process.js';

const sessions = 200;
const rounds = 10;
/** So many run at once; the others wait for room. */
const roomFor = 20;
const cpuMillisEach = 100;
/** What is filled for the first time is no growth: the last round is compared with this one. */
const firstCompared = 2;
/** Before these two are looked at: connections that were kept for a next request are closed by then. */
const settleMs = 16_000;
/** A node remembers the ids of its last 10,000 workloads and sessions, and code that runs often is compiled. */
const mostGrowth = {
  'heap after collection, MB': 4,
  'open files and sockets': 100,
  processes: 0,
  'files in the folder': 8,
};

type Kept = Record<keyof typeof mostGrowth, number>;

const worker = resolve(import.meta.dirname, '../e2e/programs/plain-worker.mjs');
let folder: string;
let catalogue: TestCatalogue;
let system: StandaloneProcess;
let client: MusterClient;
let inspector: Inspector;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-node-'));
  const nodeFile = join(folder, 'node.yaml');
  await writeFile(nodeFile, JSON.stringify({ capacity: { cpuMillis: roomFor * cpuMillisEach } }));
  const hardware = { cpuMillis: cpuMillisEach };
  catalogue = await TestCatalogue.of({ small: { roles: { only: { command: ['node', worker, 'good'], hardware } } } });
  system = await StandaloneProcess.start({
    settings: {
      ...inspectable,
      MUSTER_CATALOGUE: catalogue.folder,
      MUSTER_NODE_FILE: nodeFile,
      MUSTER_SESSION_CAPACITY: String(sessions),
    },
  });
  client = await system.client();
  inspector = await Inspector.open(system.pid, () => system.said);
}, 60_000);
afterAll(async () => {
  inspector?.close();
  await system?.dispose();
  await catalogue?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Whether a session that was just asked for is where it should be: on its way, or waiting with a place. */
function isServed({ state, queue }: SessionView): boolean {
  if (state === 'queued') return (queue?.place ?? 0) > 0;
  return state === 'starting' || state === 'running';
}

async function runAndClose(id: string): Promise<void> {
  await client.sessions.waitUntil(id, 'running');
  await client.sessions.close(id);
  await client.sessions.waitUntil(id, 'closed');
}

async function burst(): Promise<void> {
  const asked = await Promise.all(Array.from({ length: sessions }, () => client.sessions.create({ type: 'small' })));
  const seen = await Promise.all(asked.map(({ id }) => client.sessions.get(id)));
  expect(seen.filter((each) => !isServed(each))).toEqual([]);
  expect(seen.filter(({ state }) => state === 'queued').length).toBeGreaterThan(sessions / 2);
  await Promise.all(asked.map(({ id }) => runAndClose(id)));
}

async function kept(): Promise<Kept> {
  const { heapUsed } = await inspector.memory();
  return {
    'heap after collection, MB': heapUsed / 1e6,
    'open files and sockets': openFiles(system.pid),
    processes: descendantsOf(system.pid).length,
    'files in the folder': (await readdir(system.dataDir, { recursive: true })).length,
  };
}

it.runIf(canLookAtProcesses)(
  `${sessions} sessions asked for at once, ${rounds} times`,
  async () => {
    const seconds: number[] = [];
    const after: Kept[] = [];
    for (let round = 0; round < rounds; round += 1) {
      seconds.push((await timed(burst)) / 1000);
      if (round + 1 === firstCompared || round + 1 === rounds) await pause(settleMs);
      after.push(await kept());
    }
    const title = `${sessions} sessions asked for at once, of which ${roomFor} have room, until all have run and are closed, s`;
    console.log(report(title, { standalone: seconds }, 'every one runs, or waits with a place; none fails'));
    const [first, last] = [after[firstCompared - 1], after.at(-1)];
    for (const name of Object.keys(mostGrowth) as (keyof Kept)[]) {
      const bar = `from round ${firstCompared} to ${rounds} it grows by ${mostGrowth[name]} at most`;
      console.log(report(`Kept after each round: ${name}`, { standalone: after.map((each) => each[name]) }, bar));
      console.log(`  by round: ${after.map((each) => each[name].toFixed(1)).join(', ')}`);
    }
    for (const name of Object.keys(mostGrowth) as (keyof Kept)[])
      expect([name, (last?.[name] ?? 0) - (first?.[name] ?? 0)]).toEqual([
        name,
        expect.toSatisfy((grown: number) => grown <= mostGrowth[name]),
      ]);
  },
  400_000,
);

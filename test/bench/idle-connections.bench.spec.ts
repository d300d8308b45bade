import { readFileSync } from 'node:fs';
import type { MusterClient } from '@muster/client';
import { buildWorkerHost, inTurns, report, TestCatalogue } from '@muster/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BareProgram } from './bare-program.js';
import { Inspector, inspectable } from './inspector.js';
import { canLookAtProcesses } from './process-figures.js';
import { BareStream, RawStream } from './raw-stream.js';
import { streamWorker } from './stream-worker.js';
import { StandaloneProcess } from './standalone-process.js';

const connections = 5000;
/** A worker speaks with so many clients at most. */
const perSession = 1000;
const atOnce = 50;
const rounds = 2;
const mostKilobytes = 30;
/** Beside the connections. */
const furtherFiles = 500;

const limits = canLookAtProcesses ? readFileSync('/proc/self/limits', 'utf8') : '';
// Node takes as many as it may.
const mayOpen = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? 0);
const isPossible = mayOpen >= connections + furtherFiles;
const why = isPossible ? '' : ` (skipped: a process may open ${mayOpen} files here, or is not looked at)`;

let catalogue: TestCatalogue;
let system: StandaloneProcess;
let client: MusterClient;
let bare: BareProgram;
let inspectors: { muster: Inspector; bare: Inspector };
const ids: string[] = [];

beforeAll(async () => {
  const [host, module] = await buildWorkerHost(streamWorker);
  catalogue = await TestCatalogue.of({ echo: { roles: { only: { command: ['node', host, module] } } } });
  system = await StandaloneProcess.start({ settings: { ...inspectable, MUSTER_CATALOGUE: catalogue.folder } });
  client = await system.client();
  for (let first = 0; first < connections; first += perSession) {
    const { id } = await client.sessions.create({ type: 'echo' });
    await client.sessions.waitUntil(id, 'running');
    ids.push(id);
  }
  bare = await BareProgram.start('echo-worker');
  inspectors = {
    muster: await Inspector.open(system.pid, () => system.said),
    bare: await Inspector.open(bare.pid, () => bare.said),
  };
}, 60_000);
afterAll(async () => {
  inspectors?.muster.close();
  inspectors?.bare.close();
  await bare?.stop();
  await system?.dispose();
  await catalogue?.remove();
});

/** Resident kilobytes that each connection adds while it is open and nothing comes. */
async function kilobytesEach(
  inspector: Inspector,
  open: (number: number) => Promise<{ leave(): Promise<void> }>,
): Promise<number> {
  const before = (await inspector.memory()).rss;
  const all: { leave(): Promise<void> }[] = [];
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < connections) all.push(await open(begun++));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const grown = (await inspector.memory()).rss - before;
  await Promise.all(all.map((each) => each.leave()));
  return grown / connections / 1000;
}

it.runIf(isPossible)(
  `${connections} connections on which nothing comes${why}`,
  async () => {
    const values = await inTurns(rounds, {
      'bare server': () => kilobytesEach(inspectors.bare, () => BareStream.open(bare.address)),
      standalone: () =>
        kilobytesEach(inspectors.muster, async (number) => {
          const id = ids[number % ids.length] ?? '';
          return RawStream.open((await client.sessions.takeTicket(id)).url);
        }),
    });
    console.log(
      report(`${connections} idle connections, resident kB each`, values, `at most ${mostKilobytes}, always`),
    );
    expect(Math.max(...values.standalone)).toBeLessThanOrEqual(mostKilobytes);
  },
  300_000,
);

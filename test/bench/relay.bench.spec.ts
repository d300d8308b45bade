import type { MusterClient, SessionView } from '@muster/client';
import { buildWorkerHost, inTurns, median, report, TestCatalogue, TestSystem, timed } from '@muster/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { BareProgram } from './bare-program.js';
import { BareStream, openAll, RawStream } from './raw-stream.js';
import { streamWorker } from './stream-worker.js';

const rounds = 6;
const roundMs = 2000;
const connections = 50;
const body = JSON.stringify('x'.repeat(126));
/** What a worker keeps for a client holds so many at once. */
const pieces = 60;
const pours = 40;
const pieceBytes = 64 * 1024;
const leastOfBare = 0.8;

let catalogue: TestCatalogue;
let system: TestSystem;
let client: MusterClient;
let session: SessionView;
let bareWorker: BareProgram;
let bareRelay: BareProgram;

beforeAll(async () => {
  const [host, module] = await buildWorkerHost(streamWorker);
  const run = { roles: { only: { command: ['node', host, module], hardware: { memoryBytes: 128 * 2 ** 20 } } } };
  catalogue = await TestCatalogue.of({ echo: run });
  system = await TestSystem.start({ mode: 'standalone', settings: { MUSTER_CATALOGUE: catalogue.folder } });
  client = await system.client();
  const { id } = await client.sessions.create({ type: 'echo' });
  session = await client.sessions.waitUntil(id, 'running');
  bareWorker = await BareProgram.start('echo-worker');
  bareRelay = await BareProgram.start('relay', bareWorker.address);
}, 60_000);
afterAll(async () => {
  await bareRelay?.stop();
  await bareWorker?.stop();
  await system?.dispose();
  await catalogue?.remove();
});

let muster: RawStream[];
let bare: BareStream[];
const open = async (count: number): Promise<void> => {
  muster = await openAll(count, async () => RawStream.open((await client.sessions.takeTicket(session.id)).url));
  bare = await openAll(count, () => BareStream.open(bareRelay.address));
};
afterEach(() => {
  for (const each of [...muster, ...bare]) each.close();
});

async function roundTripsPerSecond(ask: ((body: string) => Promise<unknown>)[]): Promise<number> {
  const endsAt = performance.now() + roundMs;
  let answers = 0;
  const lane = async (once: (body: string) => Promise<unknown>): Promise<void> => {
    for (; performance.now() < endsAt; answers += 1) await once(body);
  };
  await Promise.all(ask.map(lane));
  return (1000 * answers) / roundMs;
}

it(`round trips of 128 bytes over ${connections} connections`, async () => {
  await open(connections);
  const ways = {
    'bare relay': () => roundTripsPerSecond(bare.map((each) => (text: string) => each.ask(text))),
    standalone: () => roundTripsPerSecond(muster.map((each) => (text: string) => each.ask('echo', text))),
  };
  for (const way of Object.values(ways)) await way();
  const values = await inTurns(rounds, ways);
  const bar = leastOfBare * median(values['bare relay']);
  console.log(report('Round trips of 128 bytes, per second', values, `the median is at least ${bar.toFixed(0)}`));
  expect(median(values.standalone)).toBeGreaterThanOrEqual(bar);
}, 120_000);

it('64 KiB binary frames, one way', async () => {
  await open(1);
  const megabytesPerSecond = (pour: () => Promise<void>) => async () => {
    const ms = await timed(async () => {
      for (let left = pours; left > 0; left -= 1) await pour();
    });
    return (pours * pieces * pieceBytes) / 1000 / ms;
  };
  const ways = {
    'bare relay': megabytesPerSecond(() => bare[0]!.pour(pieces, pieceBytes)),
    standalone: megabytesPerSecond(() => muster[0]!.pour(pieces, pieceBytes)),
  };
  for (const way of Object.values(ways)) await way();
  const values = await inTurns(rounds, ways);
  const bar = leastOfBare * median(values['bare relay']);
  console.log(report('64 KiB binary one way, MB/s', values, `the median is at least ${bar.toFixed(0)}`));
  expect(median(values.standalone)).toBeGreaterThanOrEqual(bar);
}, 120_000);

import type { MusterClient } from '@muster/client';
import { buildWorkerHost, inTurns, median, report, TestCatalogue } from '@muster/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Inspector, inspectable } from './inspector.js';
import { credit, openAll, RawStream } from './raw-stream.js';
import { StandaloneProcess } from './standalone-process.js';
import { streamWorker } from './stream-worker.js';

const rounds = 6;
const roundMs = 2000;
const readers = 3;
const pieces = 60;
const pieceBytes = 64 * 1024;
/** One window under way in the relay, and the same in the worker until it is acknowledged. */
const mostWindows = 2;
/** What the worker has pushed beyond the window waits in it unsent, as it would for any client that is slow. */
const unsentBytes = pieces * pieceBytes - credit;
/** The same rate, on a computer where nothing is ever measured twice alike. */
const leastOfUndisturbed = 0.9;

let catalogue: TestCatalogue;
let system: StandaloneProcess;
let client: MusterClient;
let inspector: Inspector;
let id: string;
let all: RawStream[];

const open = async (): Promise<RawStream> => RawStream.open((await client.sessions.takeTicket(id)).url);

beforeAll(async () => {
  const [host, module] = await buildWorkerHost(streamWorker);
  const hardware = { memoryBytes: 128 * 2 ** 20 };
  const roles = { only: { command: ['node', '--expose-gc', host, module], hardware } };
  catalogue = await TestCatalogue.of({ pouring: { roles } });
  system = await StandaloneProcess.start({ settings: { ...inspectable, MUSTER_CATALOGUE: catalogue.folder } });
  client = await system.client();
  ({ id } = await client.sessions.create({ type: 'pouring' }));
  await client.sessions.waitUntil(id, 'running');
  all = await openAll(readers, open);
  inspector = await Inspector.open(system.pid, () => system.said);
}, 60_000);
afterAll(async () => {
  inspector?.close();
  for (const each of all ?? []) each.close();
  await system?.dispose();
  await catalogue?.remove();
});

/** What all readers together get, MB/s. */
async function rate(): Promise<number> {
  const begin = performance.now();
  let bytes = 0;
  const lane = async (reader: RawStream): Promise<void> => {
    for (; performance.now() < begin + roundMs; bytes += pieces * pieceBytes) await reader.pour(pieces, pieceBytes);
  };
  await Promise.all(all.map(lane));
  return bytes / 1000 / (performance.now() - begin);
}

/** Bytes that are in use when nothing is to be collected: in standalone, which is the relay here, and in the worker. */
async function held(): Promise<{ relay: number; worker: number }> {
  const { heapUsed, external } = await inspector.memory();
  const answer = JSON.parse((await all[0]!.ask('held', '{}')).toString('utf8')) as { body: number };
  return { relay: heapUsed + external, worker: answer.body };
}

it('a client that stops reading costs its window, and nobody else', async () => {
  const grown = { relay: [] as number[], worker: [] as number[], both: [] as number[] };
  const undisturbed = async (): Promise<number> => {
    await held();
    return rate();
  };
  const withStalled = async (): Promise<number> => {
    const before = await held();
    const stalled = await open();
    stalled.stall(pieces, pieceBytes);
    const after = await held();
    const value = await rate();
    await stalled.leave();
    const [relay, worker] = [after.relay - before.relay, after.worker - before.worker];
    grown.relay.push(relay / 1e6);
    grown.worker.push(worker / 1e6);
    grown.both.push((relay + worker) / 1e6);
    return value;
  };
  await rate();
  const values = await inTurns(rounds, { 'all read': undisturbed, 'one more does not': withStalled });
  const least = leastOfUndisturbed * median(values['all read']);
  const most = (mostWindows * credit + unsentBytes) / 1e6;
  console.log(
    report(`64 KiB binary one way to ${readers} readers, MB/s`, values, `the median is at least ${least.toFixed(0)}`),
  );
  console.log(
    report('Held for the one that does not read, MB', grown, `both together at most ${most.toFixed(1)} in the median`),
  );
  expect(median(values['one more does not'])).toBeGreaterThanOrEqual(least);
  expect(median(grown.both)).toBeLessThanOrEqual(most);
}, 120_000);

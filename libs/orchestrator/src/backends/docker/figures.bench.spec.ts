import type { WorkloadId } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { containerName, containerOf } from './container-spec.js';
import { readFrames } from './log-frames.js';
import { dockerDefaults } from './options.js';
import { DockerBench, never, probeImage } from './testing/docker-bench.js';

const rounds = 15;
const atOnce = 50;

/** Runs of both kinds take turns, so that a busy computer is busy for both. */
describe('figures of the docker back end beside those of the bare engine', () => {
  it('from the request to the first line of output', async () => {
    const bench = new DockerBench();
    const backend = await bench.open();
    const times = {
      'create + start': [] as number[],
      'the same container': [] as number[],
      'back end': [] as number[],
    };
    for (let round = 0; round < rounds; round += 1) {
      const spec = bench.spec({ do: 'wait' });
      const bare = { Image: probeImage, Cmd: [...('command' in spec.run ? (spec.run.command ?? []) : [])] };
      times['create + start'].push(await firstLine(bench, () => byHand(bench, `bench-${process.pid}-${round}`, bare)));
      times['the same container'].push(
        await firstLine(bench, () => byHand(bench, `bench-${process.pid}-${round}s`, sameBody(bench))),
      );
      times['back end'].push(
        await firstLine(bench, async () => {
          const { id } = await backend.start(spec, never);
          return containerName(`${bench.installationId}/nod_1`, id);
        }),
      );
    }
    await bench.clear();
    console.log(`start to first line, ms\n${Object.entries(times).map(row).join('\n')}`);
    expect(median(times['back end'])).toBeLessThan(1.15 * median(times['create + start']));
  }, 600_000);

  it(`of ${atOnce} at once`, async () => {
    const rates = { engine: [] as number[], 'back end': [] as number[] };
    for (let round = 0; round < 3; round += 1) {
      const bench = new DockerBench();
      const backend = await bench.open();
      const numbers = Array.from({ length: atOnce }, (_, number) => number);
      const names: string[] = [];
      const engineMs = await timed(async () => {
        await Promise.all(
          numbers.map(async (number) => {
            names.push(await byHand(bench, `bench-${process.pid}-${round}-${number}`, sameBody(bench)));
          }),
        );
      });
      for (const name of names) await bench.engine.remove(name);
      const backendMs = await timed(async () => {
        await Promise.all(numbers.map(() => backend.start(bench.spec({ do: 'wait' }), never)));
      });
      await bench.clear();
      rates.engine.push((1000 * atOnce) / engineMs);
      rates['back end'].push((1000 * atOnce) / backendMs);
    }
    console.log(`${atOnce} at once, per second\n${Object.entries(rates).map(row).join('\n')}`);
    expect(median(rates['back end'])).toBeGreaterThan(0.9 * median(rates.engine));
  }, 600_000);
});

function sameBody(bench: DockerBench): ReturnType<typeof containerOf> {
  const image = { reference: probeImage, id: '', digest: '', user: '', hasEntryPoint: false };
  const host = { ...dockerDefaults, owner: 'bench', osFamily: 'linux' as const };
  return containerOf(bench.spec({ do: 'wait' }, { id: 'bench' as WorkloadId }), image, host);
}

async function byHand(bench: DockerBench, name: string, body: ReturnType<typeof containerOf>): Promise<string> {
  const id = await bench.engine.create(name, body);
  await bench.engine.startContainer(id);
  return id;
}

async function firstLine(bench: DockerBench, start: () => Promise<string>): Promise<number> {
  let name = '';
  const ms = await timed(async () => {
    name = await start();
    for await (const _ of readFrames(await bench.engine.logs(name, { follow: true }, never))) break;
  });
  await bench.engine.remove(name);
  return ms;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function row([name, values]: [string, number[]]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${name.padEnd(20)} min ${least.toFixed(1)}, median ${median(values).toFixed(1)}, max ${most.toFixed(1)}`;
}

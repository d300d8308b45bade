import assert from 'node:assert/strict';
import { BackendUnavailable } from '../contract/errors.js';
import type { WorkloadExit } from '../contract/workload-status.js';
import type { ConformanceCase } from './bench.js';

const outcome = ({ code, signal, reason }: WorkloadExit = {} as WorkloadExit) => ({ code, signal, reason });

export const endCases: ConformanceCase[] = [
  {
    name: 'ends a workload politely',
    async try(bench) {
      const handle = await bench.startReady(bench.spec({ do: 'wait' }));
      await bench.backend.stop(handle, { graceMs: 20_000 });
      const status = await bench.backend.inspect(handle);
      assert.deepEqual(outcome(status.exit), { code: 0, signal: null, reason: 'stopped' });
    },
  },
  {
    name: 'kills a workload that ignores the polite end, after the grace',
    async try(bench) {
      const handle = await bench.startReady(bench.spec({ do: 'ignore-term' }));
      await bench.backend.stop(handle, { graceMs: 100 });
      const status = await bench.backend.inspect(handle);
      assert.deepEqual(outcome(status.exit), { code: null, signal: 'SIGKILL', reason: 'stopped' });
    },
  },
  {
    name: 'lets a second stop shorten the grace of the first',
    applies: (_, capabilities) => capabilities.shortensGrace,
    async try(bench) {
      const handle = await bench.startReady(bench.spec({ do: 'ignore-term' }));
      const patient = bench.backend.stop(handle, { graceMs: 3_600_000 });
      await Promise.all([patient, bench.backend.stop(handle, { graceMs: 0 })]);
      assert.equal((await bench.backend.inspect(handle)).state, 'exited');
    },
  },
  {
    name: 'succeeds in stopping what has ended, was stopped, or was never there',
    async try(bench) {
      const handle = await bench.start(bench.spec({ do: 'exit', code: 3 }));
      const ended = await bench.exited(handle);
      await bench.backend.stop(handle, { graceMs: 1000 });
      await bench.backend.stop(handle, { graceMs: 1000 });
      await bench.backend.stop({ ...handle, id: bench.spec({ do: 'wait' }).id }, { graceMs: 1000 });
      assert.deepEqual(await bench.backend.inspect(handle), ended);
    },
  },
  {
    name: 'ends all processes of a workload, not only the first',
    applies: (harness) => harness.isAlive !== undefined,
    async try(bench) {
      const handle = await bench.start(bench.spec({ do: 'fork' }));
      const child = Number((await bench.line(handle, 'child ')).slice('child '.length));
      assert.equal(bench.harness.isAlive?.(child), true);
      await bench.backend.stop(handle, { graceMs: 5000 });
      assert.equal(bench.harness.isAlive?.(child), false);
    },
  },
  ...[0, 3, 255].map((code): ConformanceCase => ({
    name: `tells exit code ${code}`,
    async try(bench) {
      const { exit } = await bench.exited(await bench.start(bench.spec({ do: 'exit', code })));
      assert.deepEqual(outcome(exit), { code, signal: null, reason: 'exit' });
    },
  })),
  {
    name: 'tells a crash from an exit',
    async try(bench) {
      const { exit } = await bench.exited(await bench.start(bench.spec({ do: 'die' })));
      assert.deepEqual(outcome(exit), { code: null, signal: 'SIGKILL', reason: 'signal' });
    },
  },
  {
    name: 'keeps the last words of a workload with its exit',
    async try(bench) {
      const spec = bench.spec({ do: 'exit', code: 1, stdout: 'reading the input\n', stderr: 'no such file\n' });
      const { exit } = await bench.exited(await bench.start(spec));
      assert.match(exit?.outputTail ?? '', /reading the input\n/);
      assert.match(exit?.outputTail ?? '', /no such file\n/);
    },
  },
  {
    name: 'tells running out of memory',
    applies: (_, capabilities) => capabilities.enforcesMemory,
    async try(bench) {
      const spec = bench.spec({ do: 'eat-memory' }, { limits: { memoryBytes: 64 * 1024 ** 2 } });
      const { exit } = await bench.exited(await bench.start(spec));
      assert.equal(exit?.reason, 'out-of-memory');
    },
  },
  {
    name: 'leaves nothing running when it is closed with `end`, and answers nothing more',
    async try(bench) {
      const spec = bench.spec({ do: 'ignore-term' });
      const handle = await bench.startReady(spec);
      await bench.backend.close({ workloads: 'end', graceMs: 100 });
      await assert.rejects(bench.backend.inspect(handle), BackendUnavailable);
      await bench.open();
      assert.deepEqual(
        (await bench.list()).filter(({ state }) => state !== 'exited'),
        [],
      );
    },
  },
];

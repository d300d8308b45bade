import assert from 'node:assert/strict';
import { ImageUnavailable, InvalidSpec, WorkloadNotFound } from '../contract/errors.js';
import { collect, never, type ConformanceCase } from './bench.js';

export const startCases: ConformanceCase[] = [
  {
    name: 'describes at least one node',
    async try({ backend }) {
      const nodes = await backend.nodes();
      assert.ok(nodes.length > 0);
      for (const node of nodes) assert.equal(node.backend, backend.capabilities.backend);
    },
  },
  {
    name: 'starts a workload and shows it running with its owner and its booking',
    async try(bench) {
      const { gpuWays } = bench.backend.capabilities;
      const spec = bench.spec(
        { do: 'wait' },
        {
          booking: {
            amounts: { cpuMillis: 250, memoryBytes: 2e8, diskBytes: 1000, ports: 1 },
            // A device that is really handed over would have to be there.
            gpus: gpuWays.includes('environment')
              ? [{ deviceId: 'GPU-1', slots: 1, memoryBytes: 1e9, exclusive: false }]
              : [],
            hostPorts: [await bench.harness.freePort()],
          },
        },
      );
      const handle = await bench.startReady(spec);
      const status = await bench.backend.inspect(handle);
      const { id, kind, ownership, booking } = spec;
      const { startedAt, imageDigest, address, ...told } = status;
      assert.deepEqual(told, { handle, id, kind, ownership, booking, state: 'running' });
      assert.equal(address !== undefined, bench.backend.capabilities.ownAddress);
      assert.match(startedAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      const runsImage = 'image' in spec.run;
      assert.match(imageDigest ?? '', runsImage ? /^sha256:[0-9a-f]{64}$/ : /^$/);
    },
  },
  {
    name: 'starts one workload and answers one handle when asked twice',
    async try(bench) {
      const spec = bench.spec({ do: 'wait' });
      const first = await bench.start(spec);
      const before = await bench.backend.inspect(first);
      assert.deepEqual(await bench.start(spec), first);
      assert.deepEqual(
        (await bench.list()).map(({ id, startedAt }) => ({ id, startedAt })),
        [{ id: spec.id, startedAt: before.startedAt }],
      );
    },
  },
  {
    name: 'starts one workload when asked many times at once',
    async try(bench) {
      const spec = bench.spec({ do: 'wait' });
      const handles = await Promise.all(Array.from({ length: 20 }, () => bench.start(spec)));
      for (const handle of handles) assert.deepEqual(handle, handles[0]);
      assert.equal((await bench.list()).length, 1);
    },
  },
  {
    name: 'does not run a workload again that has exited by itself',
    async try(bench) {
      const spec = bench.spec({ do: 'exit', code: 7 });
      const handle = await bench.start(spec);
      const ended = await bench.exited(handle);
      assert.deepEqual(await bench.start(spec), handle);
      assert.deepEqual(await bench.backend.inspect(handle), ended);
    },
  },
  {
    name: 'refuses to start an id again after it was stopped, also after our restart',
    async try(bench) {
      const spec = bench.spec({ do: 'wait' });
      await bench.backend.stop(await bench.start(spec), { graceMs: 1000 });
      await assert.rejects(bench.start(spec), InvalidSpec);
      await bench.reopen();
      await assert.rejects(bench.start(spec), InvalidSpec);
    },
  },
  {
    name: 'refuses a late start of an id that was stopped before it was ever started',
    async try(bench) {
      const spec = bench.spec({ do: 'wait' });
      const { backend } = bench.backend.capabilities;
      await bench.backend.stop({ version: 1, backend, id: spec.id }, { graceMs: 0 });
      await assert.rejects(bench.start(spec), InvalidSpec);
      assert.deepEqual(await bench.list(), []);
    },
  },
  {
    name: 'refuses a program that does not exist and leaves nothing of it',
    async try(bench) {
      await assert.rejects(bench.start(bench.specOf(bench.harness.unknownProgram)), InvalidSpec);
      assert.deepEqual(await bench.list(), []);
    },
  },
  {
    name: 'says that an image is unavailable, and leaves nothing of it',
    applies: (harness) => harness.missingImage !== undefined,
    async try(bench) {
      const run = bench.harness.missingImage!;
      await assert.rejects(bench.start(bench.specOf(run)), ImageUnavailable);
      assert.deepEqual(await bench.list(), []);
    },
  },
  {
    name: 'refuses an image where it runs none',
    applies: (_, capabilities) => !capabilities.runs.includes('image'),
    async try(bench) {
      await assert.rejects(bench.start(bench.specOf({ image: { linux: 'some/image:1' } })), InvalidSpec);
    },
  },
  {
    name: 'starts nothing when the signal has already aborted, and gives back its reason',
    async try(bench) {
      const reason = new RangeError('too late');
      await assert.rejects(bench.start(bench.spec({ do: 'wait' }), AbortSignal.abort(reason)), reason);
      assert.deepEqual(await bench.list(), []);
    },
  },
  {
    name: 'leaves nothing running when the signal aborts in the middle of a start',
    async try(bench) {
      const abort = new AbortController();
      const reason = new RangeError('changed my mind');
      const starting = bench.start(bench.spec({ do: 'wait' }), abort.signal);
      abort.abort(reason);
      await assert.rejects(starting, reason);
      assert.deepEqual(
        (await bench.list()).filter(({ state }) => state !== 'exited'),
        [],
      );
    },
  },
  {
    name: 'knows nothing of a workload that was never started',
    async try(bench) {
      const { backend } = bench.backend.capabilities;
      const handle = { version: 1, backend, id: bench.spec({ do: 'wait' }).id } as const;
      await assert.rejects(bench.backend.inspect(handle), WorkloadNotFound);
      await assert.rejects(collect(bench.backend.logs(handle, { follow: true }, never)), WorkloadNotFound);
    },
  },
];

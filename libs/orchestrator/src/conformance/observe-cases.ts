import assert from 'node:assert/strict';
import type { SessionId } from '@muster/contracts';
import type { WorkloadEvent } from '../contract/workload-event.js';
import { collect, never, type ConformanceCase } from './bench.js';

const statesOf = (event: WorkloadEvent): unknown => {
  if (event.type === 'synced') return event.workloads.map(({ id, state }) => [id, state]);
  return event.type === 'changed' ? [event.workload.id, event.workload.state] : [event.id, 'removed'];
};

export const observeCases: ConformanceCase[] = [
  {
    name: 'finds by owner what was started before our restart, and goes on as before',
    async try(bench) {
      const spec = bench.spec({ do: 'wait' });
      const handle = await bench.startReady(spec);
      const before = await bench.list();
      await bench.reopen();
      assert.deepEqual(await bench.list(), before);
      assert.deepEqual(await bench.start(spec), handle);
      await bench.backend.stop(handle, { graceMs: 5000 });
      assert.equal((await bench.backend.inspect(handle)).exit?.code, 0);
    },
  },
  {
    name: 'finds after our restart how a workload ended meanwhile',
    async try(bench) {
      const handle = await bench.start(bench.spec({ do: 'exit', code: 9, stdout: 'bye\n' }));
      await bench.exited(handle);
      await bench.reopen();
      const [status] = await bench.list();
      assert.equal(status?.exit?.code, 9);
      assert.deepEqual(await bench.lines(handle, { follow: true }), [{ stream: 'stdout', text: 'bye' }]);
    },
  },
  {
    name: 'lists by every member of the owner, and nothing of another installation',
    async try(bench) {
      const one = bench.spec({ do: 'wait' });
      const two = bench.spec({ do: 'wait' });
      const sessionId = 'ses_other' as SessionId;
      const other = {
        ...two,
        kind: 'session-service',
        ownership: { ...two.ownership, sessionId, role: 'other' },
      } as const;
      await Promise.all([bench.start(one), bench.start(other)]);
      const { installationId } = bench;
      const idsOf = async (filter: object): Promise<string[]> =>
        (await bench.backend.list({ installationId, ...filter })).map(({ id }) => id).sort();
      assert.deepEqual(await idsOf({}), [one.id, two.id].sort());
      assert.deepEqual(await idsOf({ sessionId }), [two.id]);
      assert.deepEqual(await idsOf({ role: 'probe' }), [one.id]);
      assert.deepEqual(await idsOf({ kind: 'session-service' }), [two.id]);
      assert.deepEqual(await idsOf({ workerId: one.ownership.workerId, ids: [two.id] }), []);
      assert.deepEqual(await idsOf({ installationId: 'ins_stranger' }), []);
    },
  },
  {
    name: 'watches: first everything, then each start and end',
    async try(bench) {
      const stop = new AbortController();
      const old = await bench.startReady(bench.spec({ do: 'wait' }));
      const events = bench.backend.watch({ installationId: bench.installationId }, stop.signal)[Symbol.asyncIterator]();
      const next = async (): Promise<unknown> => statesOf((await events.next()).value);
      assert.deepEqual(await next(), [[old.id, 'running']]);
      const handle = await bench.startReady(bench.spec({ do: 'wait' }));
      assert.deepEqual(await next(), [handle.id, 'running']);
      await bench.backend.stop(handle, { graceMs: 5000 });
      assert.deepEqual(await next(), [handle.id, 'exited']);
      stop.abort();
      assert.deepEqual(await events.next(), { done: true, value: undefined });
    },
  },
  {
    name: 'takes a lost watch up again with everything that is then true',
    async try(bench) {
      const stop = new AbortController();
      const filter = { installationId: bench.installationId };
      const handle = await bench.startReady(bench.spec({ do: 'wait' }));
      const events = bench.backend.watch(filter, stop.signal)[Symbol.asyncIterator]();
      assert.deepEqual(statesOf((await events.next()).value), [[handle.id, 'running']]);
      await bench.harness.interrupt();
      assert.deepEqual(statesOf((await events.next()).value), [[handle.id, 'running']]);
      await bench.backend.stop(handle, { graceMs: 5000 });
      assert.deepEqual(statesOf((await events.next()).value), [handle.id, 'exited']);
      stop.abort();
    },
  },
  {
    name: 'ends a watch without an error when the signal aborts, also one that waits',
    async try(bench) {
      const filter = { installationId: bench.installationId };
      assert.deepEqual(await collect(bench.backend.watch(filter, AbortSignal.abort())), []);
      const stop = new AbortController();
      const events = bench.backend.watch(filter, stop.signal)[Symbol.asyncIterator]();
      await events.next();
      const waiting = events.next();
      stop.abort();
      assert.equal((await waiting).done, true);
    },
  },
  {
    name: 'watches its nodes: first those that are there, and ends without an error when the signal aborts',
    async try({ backend }) {
      assert.deepEqual(await collect(backend.watchNodes(AbortSignal.abort())), []);
      const stop = new AbortController();
      const seen = backend.watchNodes(stop.signal)[Symbol.asyncIterator]();
      const [first] = (await seen.next()).value ?? [];
      assert.ok((await backend.nodes()).some(({ id }) => id === first?.description.id));
      const waiting = collect({ [Symbol.asyncIterator]: () => seen });
      stop.abort();
      await waiting;
    },
  },
  {
    name: 'shows both streams of output, while it runs and after',
    applies: (_, capabilities) => capabilities.followsLogs && capabilities.separatesStreams,
    async try(bench) {
      const handle = await bench.start(bench.spec({ do: 'exit', code: 0, stdout: 'one\ntwo\nlast', stderr: 'bad\n' }));
      const expected = [
        { stream: 'stdout', text: 'one' },
        { stream: 'stdout', text: 'two' },
        { stream: 'stdout', text: 'last' },
        { stream: 'stderr', text: 'bad' },
      ];
      const byStream = (stream: string) => (line: { stream: string }) => line.stream === stream;
      for (const follow of [true, false]) {
        const lines = await bench.lines(handle, { follow });
        for (const stream of ['stdout', 'stderr'])
          assert.deepEqual(lines.filter(byStream(stream)), expected.filter(byStream(stream)));
      }
    },
  },
  {
    name: 'shows all output as standard output where it cannot tell the streams apart, while it runs and after',
    applies: (_, capabilities) => capabilities.followsLogs && !capabilities.separatesStreams,
    async try(bench) {
      const handle = await bench.start(bench.spec({ do: 'exit', code: 0, stdout: 'one\ntwo\nlast', stderr: 'bad\n' }));
      for (const follow of [true, false]) {
        const lines = await bench.lines(handle, { follow });
        assert.ok(lines.every(({ stream }) => stream === 'stdout'));
        const text = lines.map((line) => `${line.text}\n`).join('');
        for (const part of ['one\n', 'two\n', 'last', 'bad\n']) assert.equal(text.split(part).length, 2, part);
        assert.ok(text.indexOf('one') < text.indexOf('two') && text.indexOf('two') < text.indexOf('last'));
      }
    },
  },
  {
    name: 'begins with the last lines when asked to',
    async try(bench) {
      const handle = await bench.start(bench.spec({ do: 'exit', code: 0, stdout: 'one\ntwo\nthree\n' }));
      await bench.exited(handle);
      const texts = (await bench.lines(handle, { follow: true, tailLines: 2 })).map(({ text }) => text);
      assert.deepEqual(texts, ['two', 'three']);
    },
  },
  {
    name: 'ends following output when the signal aborts',
    async try(bench) {
      const stop = new AbortController();
      const handle = await bench.startReady(bench.spec({ do: 'wait' }));
      const lines = bench.backend.logs(handle, { follow: true }, stop.signal)[Symbol.asyncIterator]();
      assert.equal((await lines.next()).value.text, 'ready');
      const waiting = lines.next();
      stop.abort();
      assert.equal((await waiting).done, true);
    },
  },
  {
    name: 'keeps the newest output of a workload that floods, says what it dropped where it counts it, and never blocks it',
    async try(bench) {
      const spec = bench.spec({ do: 'flood', lines: 20_000 }, { maxOutputBytes: 64 * 1024 });
      const handle = await bench.startReady(spec);
      await bench.backend.stop(handle, { graceMs: 5000 });
      const lines = await bench.lines(handle, { follow: false });
      if (bench.backend.capabilities.countsDroppedOutput) assert.ok((lines[0]?.droppedBytes ?? 0) > 1_000_000);
      assert.ok(lines.reduce((bytes, { text }) => bytes + text.length + 1, 0) < 72 * 1024);
      assert.deepEqual(
        lines.slice(-2).map(({ text }) => text),
        ['19999'.padStart(99, '.'), 'ready'],
      );
      assert.equal((await collect(bench.backend.logs(handle, { follow: true }, never))).length, lines.length);
    },
  },
];

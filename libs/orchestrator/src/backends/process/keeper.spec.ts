import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { WorkloadId } from '@muster/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackendUnavailable, InvalidSpec, WorkloadNotFound } from '../../contract/errors.js';
import { prepareKeeperPlace } from './keeper-place.js';
import { processStartOf } from './keeper/process-identity.js';
import type { WorkloadRecord } from './keeper/workload-record.js';
import { installationId, line, never, ProcessBench } from './testing/process-bench.js';

/** Waits for a condition that no event tells. */
const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, { timeout: 20_000, interval: 20 });

const idOf = (id: string): WorkloadId => id as WorkloadId;

describe('the keeper', () => {
  let bench: ProcessBench;
  beforeEach(() => (bench = new ProcessBench()));
  afterEach(async () => {
    const { stateDir } = bench;
    await bench.clear();
    expect(bench.processes(), `processes of ${stateDir}`).toEqual([]);
  });

  it('is one, however many back ends open its directory at once', async () => {
    const backends = await Promise.all([1, 2, 3, 4].map(() => bench.open()));
    await Promise.all(backends.map((backend) => backend.list({ installationId })));
    expect(bench.processes()).toEqual([await bench.keeperPid()]);
    await Promise.all(backends.map((backend) => backend.close({ workloads: 'leave', graceMs: 0 })));
  });

  it('lets nobody else into its directory', async () => {
    const backend = await bench.open();
    await backend.list({ installationId });
    expect(statSync(bench.stateDir).mode & 0o777).toBe(0o700);
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('is succeeded after SIGKILL: workloads go on, keep their output, and end as lost since nobody saw how', async () => {
    const backend = await bench.open();
    const handle = await backend.start(bench.spec('a', { do: 'wait' }), never);
    await line(backend, handle.id, 'ready');
    await bench.killKeeper();
    expect((await backend.inspect(handle)).state).toBe('running');
    expect(await line(backend, handle.id, 'ready')).toBe('ready');
    const [pid] = bench.processes().filter((each) => processStartOf(each) !== undefined && isNode(each, '"wait"'));
    process.kill(pid!, 'SIGKILL');
    await eventually(async () =>
      expect((await backend.inspect(handle)).exit).toMatchObject({ code: null, reason: 'lost' }),
    );
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('can stop what it took over, and its children with it', async () => {
    const backend = await bench.open();
    const handle = await backend.start(bench.spec('a', { do: 'fork' }), never);
    await line(backend, handle.id, 'ready');
    await bench.killKeeper();
    await backend.stop(handle, { graceMs: 5000 });
    expect((await backend.inspect(handle)).exit).toMatchObject({ reason: 'stopped' });
    await eventually(async () => expect(bench.processes()).toEqual([await bench.keeperPid()]));
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('can stop what it took over with a child that prints elsewhere and ignores the polite end', async () => {
    const backend = await bench.open();
    const quiet = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); process.send('up')`;
    const parent = `const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(quiet)}],
      { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      child.on('message', () => console.log('child ' + child.pid))`;
    const handle = await backend.start(
      { ...bench.spec('a', { do: 'wait' }), run: { command: ['node', '-e', parent] } },
      never,
    );
    const child = Number((await line(backend, handle.id, 'child '))?.slice('child '.length));
    await bench.killKeeper();
    await backend.stop(handle, { graceMs: 5000 });
    await eventually(() => expect(processStartOf(child)).toBeUndefined());
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('leaves nothing when its back end is closed with `end`, also what a dead predecessor left running', async () => {
    const backend = await bench.open();
    const handle = await backend.start(bench.spec('a', { do: 'ignore-term' }), never);
    await line(backend, handle.id, 'ready');
    await bench.killKeeper();
    await backend.close({ workloads: 'end', graceMs: 50 });
    expect(bench.processes()).toEqual([]);
    await backend.close({ workloads: 'end', graceMs: 0 });
  });

  it('does not mistake a stranger for its workload, where the system gave the number of a process again', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
    await once(stranger, 'spawn');
    writeRecord(bench, { state: 'running', pid: stranger.pid, processStart: 'another-boot/1' });
    const backend = await bench.open();
    const handle = { version: 1, backend: 'process', id: idOf('old') } as const;
    expect((await backend.inspect(handle)).exit).toMatchObject({ reason: 'lost' });
    await backend.stop(handle, { graceMs: 0 });
    expect(processStartOf(stranger.pid!)).toBeDefined();
    stranger.kill('SIGKILL');
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('undoes a start in whose middle its predecessor died, so that it can be asked for again', async () => {
    writeRecord(bench, { state: 'starting' });
    const backend = await bench.open();
    expect(await backend.list({ installationId })).toEqual([]);
    const handle = await backend.start(bench.spec('old', { do: 'exit', code: 4 }), never);
    await eventually(async () => expect((await backend.inspect(handle)).exit?.code).toBe(4));
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('ends itself when nothing runs and nobody is connected, and stays while something runs', async () => {
    const backend = await bench.open({ keeperIdleExitMs: 20 });
    const handle = await backend.start(bench.spec('a', { do: 'wait' }), never);
    const pid = await bench.keeperPid();
    await backend.close({ workloads: 'leave', graceMs: 0 });
    const again = await bench.open();
    expect(await bench.keeperPid()).toBe(pid);
    await again.stop(handle, { graceMs: 5000 });
    await again.close({ workloads: 'leave', graceMs: 0 });
    await eventually(() => expect(bench.processes()).toEqual([]));
    const later = await bench.open();
    expect((await later.inspect(handle)).exit).toMatchObject({ reason: 'stopped' });
    await later.close({ workloads: 'leave', graceMs: 0 });
  });

  it('forgets the oldest ended workloads beyond its bound, says so, and still refuses their ids', async () => {
    const backend = await bench.open({ endedKept: 1 });
    const stop = new AbortController();
    const events = backend.watch({ installationId }, stop.signal)[Symbol.asyncIterator]();
    await events.next();
    for (const id of ['a', 'b']) {
      const handle = await backend.start(bench.spec(id, { do: 'wait' }), never);
      await backend.stop(handle, { graceMs: 0 });
    }
    const seen: unknown[] = [];
    while (!seen.includes('removed a')) {
      const event = (await events.next()).value;
      seen.push(event?.type === 'removed' ? `removed ${event.id}` : event?.type);
    }
    expect((await backend.list({ installationId })).map(({ id }) => id)).toEqual(['b']);
    await expect(backend.start(bench.spec('a', { do: 'wait' }), never)).rejects.toThrow(InvalidSpec);
    stop.abort();
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('keeps the end of a workload that ran for long, however many have come and gone meanwhile', async () => {
    const backend = await bench.open({ endedKept: 1 });
    const long = await backend.start(bench.spec('long', { do: 'wait' }), never);
    for (const id of ['a', 'b'])
      await backend.stop(await backend.start(bench.spec(id, { do: 'wait' }), never), { graceMs: 0 });
    await backend.stop(long, { graceMs: 0 });
    expect((await backend.inspect(long)).exit).toMatchObject({ reason: 'stopped' });
    await bench.killKeeper();
    expect((await backend.list({ installationId })).map(({ id }) => id)).toEqual(['long']);
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('answers also where the output of an ended workload is damaged', async () => {
    const exit = {
      code: 0,
      signal: null,
      reason: 'exit',
      outputTail: '',
      endedAt: '2026-01-31T12:00:01.000Z',
    } as const;
    writeRecord(bench, { state: 'exited', exit, stdout: { dropped: 500, older: 1000, lost: 0 } });
    const backend = await bench.open();
    const handle = { version: 1, backend: 'process', id: idOf('old') } as const;
    const lines = await collect(backend.logs(handle, { follow: true }, AbortSignal.timeout(5000)));
    expect(lines).toMatchObject([{ droppedBytes: 1500 }]);
    expect((await backend.inspect(handle)).state).toBe('exited');
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('bears a flood: the disk and its memory stay bounded, the flood never stops, and what is lost is said', async () => {
    const backend = await bench.open();
    const flood = `const line = 'x'.repeat(1e5) + '\\n'; for (let i = 0; i < 1000; i += 1) require('node:fs').writeSync(1, line);`;
    const spec = { ...bench.spec('a', { do: 'wait' }), run: { command: ['node', '-e', flood] }, maxOutputBytes: 1e6 };
    const handle = await backend.start(spec, never);
    await eventually(async () => expect((await backend.inspect(handle)).exit?.code).toBe(0));
    const folder = join(bench.stateDir, 'workloads', 'a');
    const onDisk = readdirSync(folder).reduce((bytes, name) => bytes + statSync(join(folder, name)).size, 0);
    expect(onDisk).toBeLessThan(1.1e6);
    expect(residentBytes(await bench.keeperPid())).toBeLessThan(150e6);
    const [first] = await collectFirst(backend.logs(handle, { follow: false }, never));
    // At least so much: what is printed in the instant of a rotation itself is lost uncounted.
    expect(first?.droppedBytes).toBeGreaterThan(10e6);
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('makes the scratch directory and removes it after the end, but never one that was there', async () => {
    const [own, existing] = [bench.path('own/scratch'), bench.path('existing')];
    mkdirSync(existing);
    const backend = await bench.open();
    const handles = await Promise.all(
      [own, existing].map((scratchDir, i) => backend.start(bench.spec(`s${i}`, { do: 'wait' }, { scratchDir }), never)),
    );
    expect(statSync(own).mode & 0o777).toBe(0o700);
    await Promise.all(handles.map((handle) => backend.stop(handle, { graceMs: 0 })));
    expect([existsSync(own), existsSync(existing)]).toEqual([false, true]);
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('says why a program cannot be started: no such directory, no right to execute it', async () => {
    const backend = await bench.open();
    const file = bench.path('data.txt');
    writeFileSync(file, 'no program', { mode: 0o600 });
    const start = (command: string[], workingDirectory?: string): Promise<unknown> =>
      backend.start({ ...bench.spec('a', { do: 'wait' }), run: { command, workingDirectory } }, never);
    await expect(start([file])).rejects.toThrow('may not be executed');
    await expect(start(['node'], '/nonexistent')).rejects.toThrow('there is no directory /nonexistent');
    await expect(start([''])).rejects.toThrow('run.command is empty');
    expect(await backend.list({ installationId })).toEqual([]);
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });

  it('knows nothing of an id after a restart of the computer but that its workload was lost', async () => {
    writeRecord(bench, { state: 'running', pid: 1, processStart: 'another-boot/7' });
    const backend = await bench.open();
    expect((await backend.list({ installationId })).map(({ id, exit }) => [id, exit?.reason])).toEqual([
      ['old', 'lost'],
    ]);
    await expect(backend.inspect({ version: 1, backend: 'process', id: idOf('new') })).rejects.toThrow(
      WorkloadNotFound,
    );
    await backend.close({ workloads: 'leave', graceMs: 0 });
  });
});

describe('a process back end', () => {
  it('works in a directory whose path is too long for a socket', async () => {
    const bench = new ProcessBench('deep/'.repeat(30));
    const backend = await bench.open();
    const handle = await backend.start(bench.spec('a', { do: 'wait' }), never);
    expect((await backend.inspect(handle)).state).toBe('running');
    const { socketPath } = prepareKeeperPlace(bench.stateDir);
    await backend.close({ workloads: 'end', graceMs: 0 });
    expect(existsSync(dirname(socketPath))).toBe(false);
    await bench.clear();
  });

  it('says that it is unavailable where no keeper can live', async () => {
    const bench = new ProcessBench();
    const crashing = bench.path('keeper.mjs');
    writeFileSync(crashing, 'process.exit(1)');
    const backend = await bench.open({ keeperFile: crashing });
    await expect(backend.list({ installationId })).rejects.toThrow(BackendUnavailable);
    writeFileSync(bench.path('a-file'), '');
    await expect(bench.open({ stateDir: bench.path('a-file') })).rejects.toThrow(BackendUnavailable);
    await bench.clear();
  });
});

function writeRecord(bench: ProcessBench, members: Partial<WorkloadRecord>): void {
  const folder = join(bench.stateDir, 'workloads', 'old');
  mkdirSync(folder, { recursive: true });
  const { id, kind, ownership, booking } = bench.spec('old', { do: 'wait' });
  const record: WorkloadRecord = {
    version: 1,
    id,
    kind,
    ownership,
    booking,
    startedAt: '2026-01-31T12:00:00.000Z',
    maxOutputBytes: 1e6,
    stdout: { dropped: 0, older: 0, lost: 0 },
    stderr: { dropped: 0, older: 0, lost: 0 },
    state: 'running',
    stopped: false,
    ...members,
  };
  writeFileSync(join(folder, 'record.json'), JSON.stringify(record));
}

function isNode(pid: number, argument: string): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(argument);
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

async function collectFirst<T>(values: AsyncIterable<T>): Promise<T[]> {
  for await (const value of values) return [value];
  return [];
}

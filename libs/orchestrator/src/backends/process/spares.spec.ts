import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkloadId } from '@muster/contracts';
import { buildWorkerHost } from '@muster/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import type { WorkloadHandle } from '../../contract/workload-status.js';
import { line, never, ProcessBench } from './testing/process-bench.js';

/** What a worker says of itself, as soon as its module is loaded. */
interface Said {
  pid: number;
  environment: Record<string, string>;
  folder: string;
  words: string[];
  files: string[];
  hasChannel: boolean;
}

const module = `
  import { readdirSync, readlinkSync } from 'node:fs';
  process.on('SIGUSR2', () => process.exit(7));
  const files = readdirSync('/proc/self/fd').flatMap((fd) => {
    try { return [readlinkSync('/proc/self/fd/' + fd)]; } catch { return []; }
  });
  console.log('said ' + JSON.stringify({
    pid: process.pid, environment: process.env, folder: process.cwd(), words: process.argv.slice(2), files,
    hasChannel: process.send !== undefined && process.connected,
  }));
  console.error('also this');
  await new Promise(() => {});
`;

const variables = {
  MUSTER_SESSION_ID: 'ses_1',
  MUSTER_WORKER_ID: 'wrk_1',
  MUSTER_ROLE: 'solver',
  MUSTER_INCARNATION: '1',
  MUSTER_BIND: '127.0.0.1:0',
  MUSTER_CONTROL_URL: 'http://127.0.0.1:9',
  MUSTER_TOKEN: 'secret-of-this-one',
};

describe.skipIf(process.platform !== 'linux')('processes that wait to become workers', () => {
  let host: string;
  let moduleFile: string;
  let bench: ProcessBench;
  let backend: OpenedBackend;
  let started = 0;

  beforeAll(async () => {
    [host, moduleFile] = await buildWorkerHost(module);
  });
  beforeEach(() => (bench = new ProcessBench()));
  afterEach(async () => {
    await backend.close({ workloads: 'end', graceMs: 0 });
    await vi.waitFor(() => expect(bench.processes()).toEqual([]), 10_000);
    await bench.clear();
  });

  const open = async (least: number, most: number): Promise<void> => {
    backend = await bench.open({ workerHostFile: host, spares: { least, most } });
  };

  /** A worker of the module; `more` stands in its environment. */
  async function start(more: Record<string, string> = {}, spare?: boolean): Promise<WorkloadHandle> {
    const run = { module: moduleFile, ...(spare === undefined ? {} : { spare }) };
    const id = `w${(started += 1)}`;
    const folder = bench.path(id);
    return backend.start(
      bench.spec(id, { do: 'wait' }, { run, env: { ...variables, ...more }, scratchDir: folder }),
      never,
    );
  }

  async function saidBy({ id }: WorkloadHandle): Promise<Said> {
    const text = (await line(backend, id as WorkloadId, 'said ')) ?? '';
    return JSON.parse(text.slice('said '.length)) as Said;
  }

  const waiting = (): number[] =>
    bench.processes().filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--spare'));
  const ready = (count: number): Promise<void> => vi.waitFor(() => expect(waiting()).toHaveLength(count), 10_000);

  /** A worker that this spare has become. A spare is ready some time after it has begun; until then workers start anew. */
  async function become(spare: number | undefined, more?: Record<string, string>): Promise<[WorkloadHandle, Said]> {
    return vi.waitFor(async () => {
      const handle = await start(more);
      const said = await saidBy(handle);
      expect(said.pid).toBe(spare);
      return [handle, said] as const;
    }, 10_000) as Promise<[WorkloadHandle, Said]>;
  }

  it('are made when workers were started, and become the next ones', async () => {
    await open(0, 2);
    const first = await saidBy(await start());
    expect(waiting()).not.toContain(first.pid);
    await ready(1);
    await become(waiting()[0]);
    await ready(2);
  });

  it('have nothing of the time before: neither environment, nor folder, nor files, nor a way to the keeper', async () => {
    await open(0, 1);
    const fresh = await saidBy(await start({ MINE: 'one', HOME: '/somewhere' }));
    await ready(1);
    const [, said] = await become(waiting()[0], { OTHER: 'two' });
    expect(said.hasChannel).toBe(false);
    const { MUSTER_TOKEN: _, ...own } = variables;
    const folder = bench.path(`w${started}`);
    expect(said.environment).toEqual({
      ...own,
      OTHER: 'two',
      PATH: expect.any(String) as string,
      LANG: 'C.UTF-8',
      HOME: folder,
      TMPDIR: folder,
    });
    expect([said.folder, said.words]).toEqual([folder, ['--spare']]);
    const ownFiles = (files: string[]): string[] => files.filter((file) => file.startsWith(bench.stateDir)).sort();
    const workload = join(bench.stateDir, 'workloads', `w${started}`);
    expect(ownFiles(said.files)).toEqual([join(workload, 'stderr'), join(workload, 'stdout')]);
    const sockets = ({ files }: Said): number => files.filter((file) => file.startsWith('socket:')).length;
    expect(sockets(said)).toBe(sockets(fresh));
    expect(readFileSync(`/proc/${said.pid}/environ`, 'utf8')).not.toMatch(/MUSTER_TOKEN|MINE/);
    await vi.waitFor(() => expect(readdirSync(join(bench.stateDir, 'spares'))).toHaveLength(1));
  });

  it('are seen to end like any other, with all that they wrote', async () => {
    await open(0, 1);
    await start();
    await ready(1);
    const [handle, { pid }] = await become(waiting()[0]);
    process.kill(pid, 'SIGUSR2');
    await vi.waitFor(async () =>
      expect((await backend.inspect(handle)).exit).toMatchObject({ code: 7, reason: 'exit' }),
    );
    const words: string[] = [];
    for await (const { stream, text } of backend.logs(handle, { follow: false }, never))
      words.push(`${stream} ${text}`);
    expect(words[0]).toMatch(/^stdout said /);
    expect(words).toContain('stderr also this');
  });

  it.each([
    ['its type says no', {}, false],
    ['its environment says how Node begins', { NODE_OPTIONS: '--no-warnings' }, undefined],
  ])('are left alone by a worker when %s', async (_, more, spare) => {
    await open(0, 1);
    await start();
    await ready(1);
    const [waits] = waiting();
    expect((await saidBy(await start(more, spare))).pid).not.toBe(waits);
    expect(waiting()).toContain(waits);
  });

  it('that have died are no loss: the worker starts anew', async () => {
    await open(0, 1);
    await start();
    await ready(1);
    const [spare] = waiting();
    process.kill(spare!, 'SIGKILL');
    expect((await saidBy(await start())).pid).not.toBe(spare);
  });

  it('end with their keeper, and the next one makes its own', async () => {
    await open(0, 1);
    const first = await start();
    await ready(1);
    const [spare] = waiting();
    await bench.killKeeper();
    expect((await backend.inspect(first)).state).toBe('running');
    await vi.waitFor(() => expect(waiting()).not.toContain(spare), 10_000);
    expect((await saidBy(await start())).pid).not.toBe(spare);
    await ready(1);
  });

  it('are none where none are wanted', async () => {
    await open(0, 0);
    const first = await saidBy(await start());
    const second = await saidBy(await start());
    expect(new Set(bench.processes())).toEqual(new Set([await bench.keeperPid(), first.pid, second.pid]));
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, describe, it } from 'vitest';
import { workerHeaders } from '@muster/contracts/wire';
import { buildWorkerHost, FakeControlServer } from '@muster/testing';

const echo = `import { defineWorker } from '@muster/worker-sdk';
export default defineWorker({ actions: { echo: (body) => body, token: () => process.env.MUSTER_TOKEN ?? null } });`;

let host: string;
let module: string;
let control: FakeControlServer;

beforeAll(async () => {
  [host, module] = await buildWorkerHost(echo);
  control = await FakeControlServer.start();
});
afterAll(async () => {
  await control.stop();
  await rm(dirname(host), { recursive: true });
});

function start(args: string[], environment: Record<string, string> = {}): ChildProcess {
  const env = {
    MUSTER_SESSION_ID: 'ses_1',
    MUSTER_WORKER_ID: 'wrk_1',
    MUSTER_ROLE: 'echo',
    MUSTER_INCARNATION: '1',
    MUSTER_BIND: '127.0.0.1:0',
    MUSTER_CONTROL_URL: control.url,
    MUSTER_TOKEN: 'join',
    ...environment,
  };
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function exitOf(child: ChildProcess): Promise<{ exitCode: number; lines: string[] }> {
  const lines: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => lines.push(line));
  const [exitCode] = (await once(child, 'close')) as [number];
  return { exitCode, lines };
}

describe('the worker host', () => {
  it('runs an SDK module from registration to SIGTERM and exits with 0, the join token not left in its environment', async () => {
    const child = start([host, module]);
    const exit = exitOf(child);
    const { body } = await control.called('register');
    const post = async (path: string, content: unknown): Promise<unknown> => {
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${control.acceptToken}`,
        [workerHeaders.session]: 'ses_1',
        [workerHeaders.epoch]: '1',
        [workerHeaders.incarnation]: '1',
      };
      const response = await fetch(`${String(body['address'])}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(content),
      });
      return response.json();
    };
    await post('/v1/init', {
      sessionId: 'ses_1',
      role: 'echo',
      incarnation: 1,
      epoch: 1,
      controlUrl: control.url,
      project: null,
      parameters: {},
    });
    const from = { kind: 'client', clientId: 'c' };
    expect(await post('/v1/execute', { id: '1', action: 'echo', body: [1, 2], from })).toEqual({ body: [1, 2] });
    expect(await post('/v1/execute', { id: '2', action: 'token', from })).toEqual({ body: null });
    child.kill('SIGTERM');
    expect((await exit).exitCode).toBe(0);
  });

  it.each([
    ['without a module', []],
    ['with a module that is not there', ['no-such-file.js']],
  ])('ends with 70 %s', async (_, args) => {
    expect((await exitOf(start([host, ...args]))).exitCode).toBe(70);
  });

  it('says what to do about a module that is not there, without a stack trace', async () => {
    const { lines } = await exitOf(start([host, 'no-such-file.js']));
    const said = JSON.parse(lines.find((line) => line.includes('no-such-file'))!) as object;
    expect(said).toMatchObject({
      error: expect.stringContaining('there is no no-such-file.js; correct run.process.module'),
    });
    expect(said).not.toHaveProperty('stack');
  });

  it('names all that is wrong with its environment and ends with 64', async () => {
    const { exitCode, lines } = await exitOf(start([host, module], { MUSTER_BIND: 'nowhere', MUSTER_TOKEN: '' }));
    expect(exitCode).toBe(64);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      problems: ['MUSTER_BIND must be host:port', 'MUSTER_TOKEN is missing'],
    });
  });
});

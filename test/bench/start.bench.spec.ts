import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inTurns, median, report } from '@muster/testing';
import { expect, it } from 'vitest';

const times = 7;
const restMs = 10_000;
const readyBarMs = 1000;
const restBarMegabytes = 150;

/** As a user starts it: a process of its own, without a channel to us. */
async function started(): Promise<{ child: ChildProcess; readyMs: number; end(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-'));
  const env = {
    PATH: process.env['PATH'],
    MUSTER_PORT: '0',
    MUSTER_DATA_DIR: folder,
    MUSTER_ADMIN_PASSWORD: 'bench-password',
  };
  const begin = performance.now();
  const child = spawn(process.execPath, ['dist/standalone.js'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const text of child.stderr) if (String(text).includes('Muster is running')) break;
  const readyMs = performance.now() - begin;
  child.stderr.resume();
  const end = async (): Promise<void> => {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true });
  };
  return { child, readyMs, end };
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024) / 1e6;
}

it('standalone, from its start to ready', async () => {
  const values = await inTurns(times, {
    'dist/standalone.js': async () => {
      const { readyMs, end } = await started();
      await end();
      return readyMs;
    },
  });
  console.log(report('Standalone, spawn to ready, ms', values, `median at most ${readyBarMs}`));
  expect(median(values['dist/standalone.js'])).toBeLessThanOrEqual(readyBarMs);
}, 120_000);

it.runIf(process.platform === 'linux')(
  'standalone at rest',
  async () => {
    const values = await inTurns(3, {
      'dist/standalone.js': async () => {
        const { child, end } = await started();
        await pause(restMs);
        const resident = await residentMegabytes(child.pid ?? 0);
        await end();
        return resident;
      },
    });
    console.log(report('Standalone at rest, resident MB', values, `at most ${restBarMegabytes}, always`));
    expect(Math.max(...values['dist/standalone.js'])).toBeLessThanOrEqual(restBarMegabytes);
  },
  120_000,
);

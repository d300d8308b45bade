import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { updateDocument } from '../index.js';
import { aThing, type Bench } from './harness.js';

type Child = ChildProcessByStdio<Writable, Readable, null>;

export function processCases(bench: Bench): void {
  describe('two processes', () => {
    const children: Child[] = [];
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });

    function secondProcess(job: 'increase' | 'insert', times: number): { child: Child; lines: AsyncIterator<string> } {
      const script = fileURLToPath(new URL('second-process.ts', import.meta.url));
      const job_ = JSON.stringify({ options: bench.database.options, job, times });
      const child = spawn(process.execPath, [script, job_], { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(child);
      return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
    }

    it('lose no update of one document', async () => {
      const times = 40;
      const { rev } = await bench.collection.insert(aThing('shared', { data: 0 }));
      const { child, lines } = secondProcess('increase', times);
      expect((await lines.next()).value).toBe('opened');
      const exited = once(child, 'exit');
      child.stdin.write('go\n');
      for (let n = 0; n < times; n += 1) {
        await updateDocument(bench.collection, 'shared', (it) => ({ ...it, data: Number(it.data) + 1 }), {
          attempts: 200,
        });
      }
      expect(await exited).toEqual([0, null]);
      expect(await bench.collection.get('shared')).toMatchObject({ data: 2 * times, rev: rev + 2 * times });
    });

    it('keep every write that one was answered before it was killed', async () => {
      const { child, lines } = secondProcess('insert', 100_000);
      expect((await lines.next()).value).toBe('opened');
      child.stdin.write('go\n');
      const answered: string[] = [];
      while (answered.length < 30) answered.push(String((await lines.next()).value));
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      const kept = await Promise.all(answered.map((id) => bench.collection.get(id)));
      expect(kept.map((one) => one?._id)).toEqual(answered);
      await expect(bench.collection.insert(aThing('next'))).resolves.toMatchObject({ _id: 'next' });
    });
  });
}

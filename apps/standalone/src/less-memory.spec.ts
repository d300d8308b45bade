import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';

const canBeginAnew = process.platform !== 'win32' && typeof process.execve === 'function';

describe.skipIf(!canBeginAnew)('a program that takes less memory', () => {
  let folder: string;
  let program: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-memory-'));
    program = join(folder, 'program.mjs');
    const entry = join(folder, 'entry.ts');
    await writeFile(
      entry,
      `import { takeLessMemory } from ${JSON.stringify(join(import.meta.dirname, 'less-memory.ts'))};
       takeLessMemory(process.env);
       const { MALLOC_ARENA_MAX, KEPT } = process.env;
       console.log(JSON.stringify({ pid: process.pid, flags: process.execArgv, words: process.argv.slice(2), MALLOC_ARENA_MAX, KEPT }));`,
    );
    await build({
      logLevel: 'silent',
      build: {
        ssr: entry,
        outDir: folder,
        emptyOutDir: false,
        rollupOptions: { output: { entryFileNames: 'program.mjs' } },
      },
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function run(environment: Record<string, string>): Promise<{ pid: number | undefined; said: object }> {
    const child = spawn(process.execPath, ['--no-warnings', program, 'a word'], {
      env: { PATH: process.env['PATH'], KEPT: 'yes', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    await once(child, 'close');
    return { pid: child.pid, said: JSON.parse(text) as object };
  }

  it('begins anew as the same process, with its arguments, flags and environment', async () => {
    const { pid, said } = await run({});
    expect(said).toEqual({
      pid,
      flags: ['--no-warnings', '--max-semi-space-size=4', '--heap-growing-percent=20'],
      words: ['a word'],
      MALLOC_ARENA_MAX: '1',
      KEPT: 'yes',
    });
  });

  it('leaves alone what the operator has set', async () => {
    const { said } = await run({ MALLOC_ARENA_MAX: '4' });
    expect(said).toMatchObject({ flags: ['--no-warnings'], MALLOC_ARENA_MAX: '4' });
  });
});

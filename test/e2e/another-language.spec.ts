import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { systemBackend } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { followPage } from './manual-page.js';

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const canRun = process.platform !== 'win32' && has('bash') && has('python3') && systemBackend === 'process';
const why = canRun ? '' : ' (skipped: needs bash, python3, and workers that are processes)';
const start = 'MUSTER_ADMIN_PASSWORD=shout-aloud npx muster up --catalogue ~/shout/catalogue --data-dir ~/shout/data';

describe.skipIf(!canRun)(`the page about workers in another language${why}`, () => {
  it('does what it says, command by command', async () => {
    const settings = (home: string) => ({ MUSTER_CATALOGUE: join(home, 'shout/catalogue') });
    const visit = { start, password: 'shout-aloud', settings };
    expect(await followPage('docs/how-to/write-a-worker-in-another-language.md', visit)).toEqual([
      '',
      '',
      '',
      expect.stringMatching(/voice +running/),
      'voice shout  "HELLO"',
    ]);
  });
});

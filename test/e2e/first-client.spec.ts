import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { followPage } from './manual-page.js';

const canRun = process.platform !== 'win32' && spawnSync('bash', ['--version']).status === 0;
const why = canRun ? '' : ' (skipped: needs bash)';
const start = 'MUSTER_ADMIN_PASSWORD=first-client npx muster up --data-dir ~/first-client/data';

describe.skipIf(!canRun)(`the tutorial of the first client${why}`, () => {
  it('does what it says, command by command', async () => {
    const answers = await followPage('docs/tutorial/first-client.md', { start, password: 'first-client' });
    expect(answers).toEqual([
      expect.stringMatching(/added \d+ package/),
      '',
      '',
      expect.stringMatching(/^(.+\n)*state running\n(.+\n)*\d+ ms running\nses_\w+$/),
      '',
      expect.stringMatching(/^loaded: .+\n(.+\n)*solver field 1: \d+ bytes\n(.+\n)*solved in \d+ iterations/),
      '',
      'unknown-action: there is no action boil\nunknown-role: the session has no role kettle',
      expect.stringMatching(/field 2: .+\n(.+\n)*the connection is away\n(.+\n)*the connection is open\n(.+\n)*solved/),
      '',
      'closed',
    ]);
    const [whole, cut] = [answers[5] ?? '', answers[8] ?? ''];
    expect(piecesOf(cut)).toEqual(piecesOf(whole));
    expect(cut).not.toContain(' lost ');
  });
});

const piecesOf = (answer: string): string[] => answer.match(/^solver field \d+: \d+ bytes$/gm) ?? [];

import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestSystem } from '@muster/testing';

const page = 'docs/tutorial/first-session.md';
const canRun = process.platform !== 'win32' && spawnSync('curl', ['--version']).status === 0;
const why = canRun ? '' : ' (skipped: needs bash and curl)';

describe.skipIf(!canRun)(`the tutorial${why}`, () => {
  let system: TestSystem | undefined;
  beforeAll(async () => {
    system = await TestSystem.start({ password: 'first-session' });
  });
  afterAll(() => system?.dispose());

  it('does what it says, command by command', async () => {
    const [start, ...commands] = [...(await readFile(page, 'utf8')).matchAll(/```sh\n(.*?)```/gs)].map(
      (match) => match[1] ?? '',
    );
    expect(start).toBe('MUSTER_ADMIN_PASSWORD=first-session npm start\n');
    const script = commands.join("\necho ' ----'\n").replace('http://127.0.0.1:8600', system?.publicUrl ?? '');
    const { stdout } = await promisify(execFile)('bash', ['-u', '-c', script]);
    const answers = stdout.split('----');
    expect(answers).toEqual([
      expect.stringContaining('"username":"admin"'),
      expect.stringContaining('"name":"field-lab"'),
      expect.stringMatching(/ses_\w+/),
      expect.stringContaining('"state":"running"'),
      expect.stringMatching(/"state":"running".*"role":"solver"/s),
      expect.stringMatching(/"url":"ws:.*\/v1\/connect\?ticket=/),
      expect.stringMatching(/clos(ing|ed)\s*$/),
    ]);
  });
});

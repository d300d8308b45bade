import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { systemBackend } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { followPage } from './manual-page.js';

const hasBash = process.platform !== 'win32' && spawnSync('bash', ['--version']).status === 0;
const canRun = hasBash && systemBackend === 'process';
const why = canRun ? '' : ' (skipped: needs bash, and workers that are processes)';
const start =
  'MUSTER_ADMIN_PASSWORD=first-worker npx muster up --catalogue ~/thermostat/catalogue --data-dir ~/thermostat/data';

describe.skipIf(!canRun)(`the tutorial of the first worker${why}`, () => {
  it('does what it says, command by command', async () => {
    const settings = (home: string) => ({ MUSTER_CATALOGUE: join(home, 'thermostat/catalogue') });
    const visit = { start, password: 'first-worker', settings };
    expect(await followPage('docs/tutorial/first-worker.md', visit)).toEqual([
      expect.stringMatching(/added \d+ package/),
      '',
      '',
      expect.stringMatching(/^logged in at .* as admin/),
      expect.stringMatching(/startsAt +number from -10 to 30 +Degrees at the start/),
      expect.stringContaining('startsAt: must be a number (it is "hot")'),
      expect.stringMatching(/^ses_\w+ +thermostat\n(.*\n)*.*room ready.*\n(.*\n)*room +running/),
      '',
      `${[18, 19, 20].map((celsius) => `room temperature  {"celsius":${celsius}}\n`).join('')}room heat  {"celsius":20}`,
      'error: the heater goes up to 30 degrees (invalid-request)',
      expect.stringMatching(/^error: Cannot read properties of undefined.*\(action-failed\)$/),
      expect.stringMatching(/"celsius":17.*the room is ready.*\n.*worker\.mjs:12:.*the action read failed/),
      '',
      expect.stringMatching(/\(worker-restarted\)$/),
      expect.stringMatching(/room read +"17\.0"$/),
      expect.stringMatching(
        /state +running\n(.*\n)*room +running .* 2 +it ended with code 1 .*the heater is on fire\n/,
      ),
      expect.stringMatching(/\(session-ended\)$/),
      expect.stringMatching(
        /state +failed\nreason +worker-failed: room ended 2 times within 600000 ms.*the heater is on fire\n/,
      ),
    ]);
  });
});

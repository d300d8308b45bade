import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDataFolder } from './data-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'data-folder-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the data folder', () => {
  it('is made with its parents, for its user only, by several at once', async () => {
    const path = join(folder, 'a', 'b');
    await Promise.all([1, 2, 3].map(() => makeDataFolder(path)));
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('is refused where a file is in the way', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(makeDataFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'data-folder-not-writable' });
    await expect(makeDataFolder(join(folder, 'file', 'data'))).rejects.toMatchObject({
      code: 'data-folder-not-writable',
    });
  });

  it.skipIf(process.platform !== 'linux')(
    'is refused in a folder that takes nothing, whoever asks (Linux only)',
    async () => {
      await expect(makeDataFolder('/proc/muster')).rejects.toMatchObject({ code: 'data-folder-not-writable' });
    },
  );
});

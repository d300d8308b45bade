import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockInstallation, verifyInstallation } from './index.js';

const locked = { code: 'data-folder-locked' };

/** Holds the lock as another process of ours would. */
const holder = `
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(process.argv[1]);
  database.exec('BEGIN EXCLUSIVE');
  console.log('held');
  setInterval(() => database.isOpen, 1000);
`;

describe('the installation lock', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = join(await mkdtemp(join(tmpdir(), 'muster-lock-')), 'data');
  });
  afterEach(async () => {
    await rm(join(dataDir, '..'), { recursive: true });
  });

  it('gives an installation the same id at every start', async () => {
    const first = await lockInstallation(dataDir);
    first.release();
    const second = await lockInstallation(dataDir);
    second.release();
    expect(second.installationId).toBe(first.installationId);
    expect(first.installationId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keeps a second installation out and names the folder', async () => {
    const { release } = await lockInstallation(dataDir);
    await expect(lockInstallation(dataDir)).rejects.toMatchObject({
      ...locked,
      message: expect.stringContaining(dataDir),
    });
    release();
    release();
    (await lockInstallation(dataDir)).release();
  });

  it('ends with the process that holds it, however it ends', async () => {
    (await lockInstallation(dataDir)).release();
    const file = join(dataDir, 'installation.lock');
    const child = spawn(process.execPath, ['-e', holder, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await expect(lockInstallation(dataDir)).rejects.toMatchObject(locked);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    (await lockInstallation(dataDir)).release();
  });

  it('tells a child whether the folder is of its installation', async () => {
    await expect(verifyInstallation(dataDir, 'any')).rejects.toMatchObject(locked);
    const { installationId, release } = await lockInstallation(dataDir);
    await expect(verifyInstallation(dataDir, installationId)).resolves.toBeUndefined();
    await expect(verifyInstallation(dataDir, 'another')).rejects.toMatchObject(locked);
    release();
  });

  it('refuses a folder that cannot be made', async () => {
    await writeFile(join(dataDir, '..', 'file'), '');
    const inFile = join(dataDir, '..', 'file', 'data');
    await expect(lockInstallation(inFile)).rejects.toMatchObject({ code: 'data-folder-not-writable' });
  });
});

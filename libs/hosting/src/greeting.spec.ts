import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { greeting } from './greeting.js';

const dataDir = await mkdtemp(join(tmpdir(), 'muster-greeting-'));
afterAll(() => rm(dataDir, { recursive: true }));

it('the greeting says where everything is, and where a random password was put', async () => {
  const url = 'http://127.0.0.1:8600';
  expect(greeting(url, dataDir)).toMatch(/Page +http:.*:8600\/\n +Log in +as admin\n +Swagger UI +http:.*\/docs\n/);
  await writeFile(join(dataDir, 'admin-password'), 'secret');
  const text = greeting(url, dataDir);
  expect(text).toMatch(/as admin, with the password in .*admin-password\n/);
  expect(text).not.toContain('secret');
});

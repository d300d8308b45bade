import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../index.js';
it('works', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'store-'));
  const s = await openStore({ dataDir });
  const c = s.collection<any>({
    name: 'things',
    indexes: [
      { name: 'state', fields: ['status.state'] },
      { name: 'u', fields: ['u'], unique: true },
    ],
  });
  await s.ready();
  await c.insert({ _id: 'a', version: 1, u: 'x', status: { state: 'q' } });
  await expect(c.insert({ _id: 'b', version: 1, u: 'x', status: { state: 'q' } })).rejects.toMatchObject({
    code: 'duplicate-key',
    index: 'u',
  });
  await expect(c.insert({ _id: 'a', version: 1, u: 'x', status: { state: 'q' } })).rejects.toMatchObject({
    code: 'duplicate-key',
  });
  expect(await c.find({ limit: 3, where: { 'status.state': { in: ['q'] } } })).toMatchObject({
    items: [{ _id: 'a', rev: 1 }],
  });
  await s.close();
});

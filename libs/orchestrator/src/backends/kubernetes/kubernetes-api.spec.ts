import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InvalidSpec } from '../../contract/errors.js';
import { KubernetesApi } from './kubernetes-api.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['is broken', 'users:\n  - name: me\n    user: { token: open-sesame\n    other: ]\n', 'not that of a kubeconfig'],
  [
    'names no cluster',
    'apiVersion: v1\nkind: Config\nusers: [{ name: me, user: { token: open-sesame } }]\n',
    'kubeconfig',
  ],
])('a kubeconfig that %s is refused by its name, and nothing of it is told', (_, text, why) => {
  const configFile = join(folder, 'config');
  writeFileSync(configFile, text);
  try {
    KubernetesApi.open({ configFile });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidSpec);
    expect(String(error)).toContain(why);
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('open-sesame');
  }
});

it('a kubeconfig that is not there is refused with the reason', () => {
  expect(() => KubernetesApi.open({ configFile: join(folder, 'none') })).toThrow('ENOENT');
});

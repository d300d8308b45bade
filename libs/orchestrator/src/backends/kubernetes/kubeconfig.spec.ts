import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BackendUnavailable, InvalidSpec } from '../../contract/errors.js';
import { KubernetesApi } from './kubernetes-api.js';
import { answers, MisbehavingApi } from './testing/misbehaving-api.js';

const secret = 'open-sesame';
let folder: string;
let configFile: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-kubeconfig-'));
  configFile = join(folder, 'config');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** All that is told of an error. */
const told = (error: unknown): string => `${String(error)} ${String((error as Error).cause)}`;

/** JSON is YAML. */
function writeConfig(server: string | undefined, user: object): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
    clusters: server === undefined ? [] : [{ name: 'here', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'me', user }],
  };
  writeFileSync(configFile, JSON.stringify(config));
}

describe('a kubeconfig', () => {
  const whole = (server: string | undefined) => () => writeConfig(server, { token: secret });
  it.each([
    [
      'is broken',
      () => writeFileSync(configFile, `users:\n  - name: me\n    user: { token: ${secret}\n    other: ]\n`),
      'its content is not that of a kubeconfig',
    ],
    ['is something else', () => writeFileSync(configFile, secret), 'names no cluster for its current context'],
    ['names no cluster', whole(undefined), 'names no cluster for its current context'],
    ['names a cluster by no address', whole(`https://:${secret}`), 'names no cluster for its current context'],
    ['names a cluster by another protocol', whole(`ftp://${secret}`), 'names no cluster for its current context'],
    ['has a password in an address', whole(`https://me:${secret}@cluster`), 'names a user in the address'],
  ])('that %s is refused by its name, and nothing of it is told', (_, write, why) => {
    write();
    try {
      KubernetesApi.open({ configFile });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidSpec);
      expect(String(error)).toContain(`the kubeconfig ${configFile} `);
      expect(String(error)).toContain(why);
      expect(told(error)).not.toContain(secret);
    }
  });

  it('that is not there is refused with the reason', () => {
    expect(() => KubernetesApi.open({ configFile: join(folder, 'none') })).toThrow('ENOENT');
  });
});

describe('the user of a kubeconfig', () => {
  let cluster: MisbehavingApi;
  const opened: KubernetesApi[] = [];
  beforeEach(async () => {
    cluster = await MisbehavingApi.start();
  });
  afterEach(async () => {
    for (const api of opened.splice(0)) api.close();
    await cluster.stop();
  });
  const open = (user: object): KubernetesApi => {
    writeConfig(cluster.url, user);
    const api = KubernetesApi.open({ configFile });
    opened.push(api);
    return api;
  };
  const program = (script: string): object => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: ['-e', script] },
  });
  const printing = (text: string): object => program(`process.stdout.write(${JSON.stringify(text)})`);

  it.each([
    ['a token', { token: secret }, `Bearer ${secret}`],
    ['a password', { username: 'me', password: secret }, `Basic ${Buffer.from(`me:${secret}`).toString('base64')}`],
    ['a program', printing(JSON.stringify({ status: { token: secret } })), `Bearer ${secret}`],
    ['nothing', {}, undefined],
  ])('shows who they are by %s', async (_, user, header) => {
    await open(user).node('a');
    expect(cluster.received[0]?.headers.authorization).toBe(header);
  });

  it('is read again when the cluster refuses them', async () => {
    const api = open({ token: 'old' });
    writeConfig(cluster.url, { token: 'new' });
    cluster.next(answers.refusal(401, 'Unauthorized', 'token expired'));
    await api.node('a');
    expect(cluster.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('that was broken meanwhile is told without its content', async () => {
    const api = open({ token: 'old' });
    writeFileSync(configFile, `users: [ ${secret}`);
    cluster.next(answers.refusal(401, 'Unauthorized', 'token expired'));
    const failed = await api.node('a').catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(BackendUnavailable);
    expect(String(failed)).toContain('its content is not that of a kubeconfig');
    expect(told(failed)).not.toContain(secret);
  });

  it.each([
    ['says what is no JSON', printing(secret), 'what its program says is not JSON'],
    ['gives no credential', printing('{}'), 'credentials of the cluster cannot be read'],
    ['fails', program('console.error("no session: log in"); process.exit(1)'), 'no session: log in'],
    ['is not there', { exec: { command: '/nonexistent/program', args: [secret] } }, 'ENOENT'],
  ])('whose program %s is told so, and no secret', async (_, user, why) => {
    const failed = await open(user)
      .node('a')
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(BackendUnavailable);
    expect(String(failed)).toContain(why);
    expect(told(failed)).not.toContain(secret);
    expect(cluster.received).toEqual([]);
  });

  it('is in no error of a call', async () => {
    const api = open({ token: secret });
    cluster.next(answers.refusal(403, 'Forbidden', 'you may not'), answers.reset(), answers.text('', 500));
    const failures = await Promise.all([0, 1, 2].map(() => api.labelNode('a', {}).then(() => 'no failure', told)));
    expect(failures.join()).not.toMatch(new RegExp(`no failure|${secret}`));
  });
});

import { readFile } from 'node:fs/promises';
import type { MusterClient, SessionConnection, SessionView } from '@muster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowed, matrix, seen } from './connections.js';
import { ClusterProcess } from './cluster-process.js';
import { ClusterSystem, kubectl, refusals, services, sessions } from './cluster-system.js';

/** Each is rolled out anew in turn; the database is the one whose loss a session cannot outlive. */
const deployments = ['auth', 'global-session', 'global-directory', 'session', 'relay', 'console', 'front-door'];
const workerRoles = ['model', 'plot', 'solver'];
const patience = { timeout: 60_000, interval: 500 };
const nodes = ['node-a', 'node-b'];

let system: ClusterSystem;
let client: MusterClient;
let session: SessionView;
let connection: SessionConnection;

beforeAll(async () => {
  system = await ClusterSystem.prepare();
  // A further session is one too many for the session service that there is.
  await system.up('MUSTER_SESSION_CAPACITY=1', 'MUSTER_IDLE_SERVICE_MS=5000');
  client = await system.client();
}, 420_000);

afterAll(async () => {
  connection?.close();
  await system.down();
}, 300_000);

interface NodePage {
  items: { name: string; state: string; pressure?: string; description: object }[];
}

const nodesNow = async (): Promise<NodePage['items']> => (await client.request<NodePage>('GET', '/v1/nodes')).items;
const stateOf = async (id = session.id): Promise<string | undefined> =>
  (await client.sessions.get(id).catch(() => undefined))?.state;
const nodesOf = async (): Promise<string[]> => {
  const { roles } = await client.sessions.get(session.id);
  return [...new Set(workerRoles.map((role) => roles[role]?.node ?? ''))];
};
const solve = (): Promise<{ relativeError: number }> =>
  connection.call('solver', 'solve', { gridCells: 64 }, { idempotent: true });

async function allRun(): Promise<boolean> {
  const { state, roles } = await client.sessions
    .get(session.id)
    .catch(() => ({ state: '', roles: {} as SessionView['roles'] }));
  return state === 'running' && workerRoles.every((role) => roles[role]?.state === 'running');
}

async function opened(): Promise<SessionView> {
  const view = await client.sessions.create({ type: 'field-lab', project: 'cable', parameters: { gridCells: 64 } });
  await client.sessions.waitUntil(view.id, 'running');
  return view;
}

async function model(): Promise<unknown> {
  return JSON.parse(await readFile('workers/field-model/examples/coaxial-cable.json', 'utf8')) as unknown;
}

/**
 * Of a session with a program that compares no token; of a caller who shows the console a token; of a session that nobody speaks of any
 * more, after minutes.
 */
const isSeldom = (connection: string): boolean =>
  / forwarders$|^console -> auth|^local-directory -> global-session/.test(connection);

describe('the manifests on a real cluster', () => {
  it('give every node of the cluster that is wanted a local directory, by a label', async () => {
    await expect
      .poll(async () => (await nodesNow()).map(({ name, state }) => `${name} ${state}`).sort(), patience)
      .toEqual(nodes.map((name) => `${name} ready`));
    expect((await nodesNow())[0]?.description).toMatchObject({ backend: 'kubernetes', os: { family: 'linux' } });
    const labels = await kubectl(
      'get',
      'nodes',
      '-o',
      'jsonpath={.items[*].metadata.labels.muster\\.dev/local-directory}',
    );
    expect(labels.split(' ')).toEqual(['muster', 'muster']);
  });

  it('give a node its label back that was taken away by hand', async () => {
    await kubectl('label', 'node', 'node-b', 'muster.dev/local-directory-');
    const label = (): Promise<string> =>
      kubectl('get', 'node', 'node-b', '-o', 'jsonpath={.metadata.labels.muster\\.dev/local-directory}');
    await expect.poll(label, patience).toBe('muster');
    await expect.poll(async () => (await nodesNow()).map(({ state }) => state), patience).toEqual(['ready', 'ready']);
  });

  it('let the global directory change its own label and nothing else of a node', async () => {
    const as = ['--as', 'system:serviceaccount:muster:global-directory'];
    await expect(kubectl('label', 'node', 'node-a', 'own=1', ...as)).rejects.toThrow(
      'changes muster.dev/local-directory alone',
    );
    await expect(kubectl('patch', 'node', 'node-a', '-p', '{"spec":{"unschedulable":true}}', ...as)).rejects.toThrow(
      'not for the global directory',
    );
    await expect(kubectl('annotate', 'node', 'node-a', 'own=1', ...as)).rejects.toThrow('not for the global directory');
  });

  it('let a local directory make pods of sessions and read nodes, and no more', async () => {
    const may = async (...ask: string[]): Promise<string> =>
      kubectl('auth', 'can-i', ...ask, '--as', 'system:serviceaccount:muster:local-directory').catch(() => 'no');
    expect(await may('create', 'pods', '-n', sessions)).toBe('yes');
    expect(await may('list', 'nodes')).toBe('yes');
    expect(await may('create', 'pods', '-n', services)).toBe('no');
    expect(await may('get', 'secrets', '-n', sessions)).toBe('no');
    expect(await may('create', 'pods', '--subresource=exec', '-n', sessions)).toBe('no');
    expect(await may('patch', 'nodes')).toBe('no');
  });

  it('show outside what is public, and nothing else', async () => {
    const statusOf = async (path: string): Promise<number> => (await fetch(system.publicUrl + path)).status;
    expect([await statusOf('/health/live'), await statusOf('/docs'), await statusOf('/v1/sessions')]).toEqual([
      200, 200, 401,
    ]);
    expect([await statusOf('/metrics'), await statusOf('/internal/v1/log-level')]).toEqual([404, 404]);
  });
});

describe('an overlay', () => {
  it.each(['production', 'openshift', 'windows', 'gpu'])('%s is what the API server takes', async (name) => {
    const objects = await kubectl('kustomize', `k8s/overlays/${name}`);
    expect(await refusals(objects)).toEqual(name === 'openshift' ? ['Route'] : []);
  });
});

describe('a session', () => {
  it('runs in pods of its own and computes what theory gives', async () => {
    session = await opened();
    await expect.poll(async () => Object.keys(await system.workers(session.id)).sort(), patience).toEqual(workerRoles);
    connection = await client.connect(session.id);
    await connection.call('model', 'load', await model());
    expect((await solve()).relativeError).toBeLessThan(0.1);
  });

  it('has a further session service started when all are full, which goes again when there is room enough', async () => {
    const further = async (): Promise<number> =>
      (await system.pods(services, 'muster.dev/kind=session-service')).length;
    await expect.poll(further, patience).toBe(1);
    const { id } = await client.sessions.create({ type: 'field-lab', project: 'more', parameters: { gridCells: 64 } });
    await client.sessions.waitUntil(id, 'running');
    await expect.poll(further, patience).toBe(2);
    await client.sessions.close(id);
    await client.sessions.waitUntil(id, 'closed');
    await expect.poll(further, patience).toBe(1);
    expect(await stateOf()).toBe('running');
  });

  it('is served by no connection that the network matrix does not allow', async () => {
    await solve();
    const made = await seen(await matrix());
    expect(made).toContain('session -> mongo database');
    // A port stands where no rule of the matrix fits.
    expect(made.filter((each) => / \d+$/.test(each))).toEqual([]);
  });

  it('is served by every connection that the network matrix allows', async () => {
    const known = await matrix();
    const found = new Set<string>();
    const missing = async (): Promise<string[]> => {
      await Promise.all([solve(), nodesNow(), fetch(`${system.publicUrl}/v1/auth/login`)]);
      await client.request('PUT', '/v1/system/log-level', { body: { level: 'info' } });
      // Answers that nobody reads are seen to be under way.
      const large = Array.from({ length: 8 }, () => fetch(`${system.publicUrl}/docs/swagger-ui-bundle.js`));
      const answers = await Promise.all(large);
      for (const each of await seen(known)) found.add(each);
      await Promise.all(answers.map(async ({ body }) => body?.cancel()));
      return allowed(known).filter((each) => !found.has(each) && !isSeldom(each));
    };
    await expect.poll(missing, patience).toEqual([]);
  });

  it.each(deployments)('outlives a rollout of %s, with the very same workers', async (deployment) => {
    const before = await system.workers(session.id);
    await kubectl('rollout', 'restart', '-n', services, `deployment/${deployment}`);
    await system.settled();
    await expect.poll(() => stateOf(), patience).toBe('running');
    expect(await solve()).toMatchObject({ relativeError: expect.any(Number) as number });
    expect(await system.workers(session.id)).toEqual(before);
  });

  it('outlives a rollout of the local directories, with the very same workers', async () => {
    const before = await system.workers(session.id);
    await kubectl('rollout', 'restart', '-n', services, 'daemonset/local-directory');
    await system.settled();
    await expect.poll(() => stateOf(), patience).toBe('running');
    expect(await solve()).toMatchObject({ relativeError: expect.any(Number) as number });
    expect(await system.workers(session.id)).toEqual(before);
  });

  it.each(['deployment/console', 'daemonset/local-directory'])(
    'is served by %s as any user of group 0',
    async (name) => {
      const securityContext = { runAsUser: 1_000_680_000, runAsGroup: 0 };
      const patch = { spec: { template: { spec: { securityContext } } } };
      await kubectl('patch', '-n', services, name, '-p', JSON.stringify(patch));
      await system.settled();
      await expect.poll(() => stateOf(), patience).toBe('running');
      expect(await solve()).toMatchObject({ relativeError: expect.any(Number) as number });
      await expect.poll(async () => (await nodesNow()).map(({ state }) => state), patience).toEqual(['ready', 'ready']);
    },
  );

  it('has a worker restarted once whose pod was deleted by hand', async () => {
    const before = await system.workers(session.id);
    const [pod] = await system.pods(sessions, `muster.dev/session=${session.id},muster.dev/role=plot`);
    await kubectl('delete', 'pod', '-n', sessions, pod!.metadata.name, '--wait=false');
    await expect.poll(async () => (await client.sessions.get(session.id)).roles['plot']?.incarnation, patience).toBe(2);
    await expect.poll(allRun, patience).toBe(true);
    const { plot, ...others } = await system.workers(session.id);
    expect([others, plot === before['plot']]).toEqual([{ model: before['model'], solver: before['solver'] }, false]);
  });

  it('moves its workers off a node that is cordoned and drained, and no more go there until it is uncordoned', async () => {
    const [node] = await nodesOf();
    await kubectl('cordon', node!);
    const pressure = async (): Promise<unknown> => (await nodesNow()).find(({ name }) => name === node)?.pressure;
    await expect.poll(pressure, patience).toEqual(expect.stringContaining('cordon'));
    const drain = [
      '--ignore-daemonsets',
      '--delete-emptydir-data',
      '--force',
      `--pod-selector=muster.dev/session=${session.id}`,
    ];
    await kubectl('drain', node!, ...drain, '--timeout=120s');
    await expect.poll(allRun, patience).toBe(true);
    expect(await nodesOf()).toEqual(nodes.filter((each) => each !== node));
    await kubectl('uncordon', node!);
    await expect.poll(pressure, patience).toBeUndefined();
    // What a worker held in memory went with it.
    await connection.call('model', 'load', await model());
  });

  it('does not notice that the API server is dead for 30 s', async (test) => {
    const apiServer = await ClusterProcess.find('apiserver');
    if (apiServer === undefined) return test.skip('the processes of this cluster are not known here');
    const before = await system.workers(session.id);
    await apiServer.kill();
    try {
      for (const until = performance.now() + 30_000; performance.now() < until;)
        expect(await solve()).toMatchObject({ relativeError: expect.any(Number) as number });
    } finally {
      await apiServer.restart();
    }
    await expect.poll(() => system.workers(session.id).catch(() => undefined), patience).toEqual(before);
    expect(await stateOf()).toBe('running');
    // What was not seen meanwhile is known again: a pod that is deleted now is noticed.
    const [role, uid] = Object.entries(before)[0] ?? [];
    const { metadata } = (await system.pods(sessions)).find((pod) => pod.metadata.uid === uid)!;
    const incarnation = async (): Promise<number | undefined> =>
      (await client.sessions.get(session.id)).roles[role ?? '']?.incarnation;
    const old = await incarnation();
    await kubectl('delete', 'pod', '-n', sessions, metadata.name, '--wait=false');
    // The other parts of the cluster come back to it in their own time, the scheduler within half a minute.
    const long = { ...patience, timeout: 180_000 };
    await expect.poll(incarnation, long).not.toBe(old);
    await expect.poll(allRun, long).toBe(true);
  }, 600_000);

  it('leaves no pod when it is closed', async () => {
    await client.sessions.close(session.id);
    await client.sessions.waitUntil(session.id, 'closed');
    await expect.poll(() => system.workers(session.id), patience).toEqual({});
  });
});

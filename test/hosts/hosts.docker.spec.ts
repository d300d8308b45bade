import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MusterClient, SessionConnection, SessionView } from '@muster/client';
import type { NodePage, PlacementExplained } from '@muster/contracts';
import { engineGateway } from '@muster/orchestrator';
import { repositoryFile, testProgramsImage, TestSystem } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority } from './certificates.js';
import { FarHost, NearHost, prepareNetwork, type EngineHost, type HostPlan } from './engine-host.js';
import { Road } from './road.js';

const engineA = process.env['DOCKER_HOST'];
const [engineB] = (process.env['DOCKER_HOSTS'] ?? '').split(',').filter((each) => each !== '');
const servicesImage = process.env['MUSTER_SERVICES_IMAGE'] ?? 'muster/services:1';
const why = engineB === undefined ? ' (skipped: DOCKER_HOSTS names no further engine)' : '';
const patience = { timeout: 60_000, interval: 250 };

/** Which host each role is on. */
const sites = { model: 'a', solver: 'b', plot: 'a', files: 'b' } as const;

describe.skipIf(engineA === undefined || engineB === undefined)(
  `an installation over several Docker hosts${why}`,
  () => {
    const run = randomBytes(4).toString('hex');
    const installationId = `ins_${run}`;
    let folder: string;
    let a: EngineHost;
    let b: EngineHost;
    let between: string;
    let road: Road;
    let system: TestSystem;
    let client: MusterClient;
    let session: SessionView;
    let connection: SessionConnection;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'muster-hosts-'));
      await chmod(folder, 0o755);
      const first = 24_000 + 100 * Math.floor(Math.random() * 60);
      const planOf = (name: string, engine = '', offset = 0): HostPlan => ({
        name: `${name}-${run}`,
        engine,
        installationId,
        ports: { first: first + offset, last: first + offset + 19 },
        folder: join(folder, name),
        servicesImage,
        images: [servicesImage, 'muster/workers:1', testProgramsImage],
      });
      const [planA, planB] = [planOf('a', engineA), planOf('b', engineB, 20)];
      a = new NearHost(planA, await prepareNetwork(planA));
      const far = new FarHost(planB, await prepareNetwork(planB));
      b = far;
      await far.takeCertificatesOf(await Authority.make(join(folder, 'authority')));
      await b.takeImagesFrom(a);
      between = await engineGateway({ url: engineA ?? '' });
      const ways = [a, b].map(({ address, plan }) => ({ to: address, ...plan.ports }));
      road = await Road.build(between, ways);
      for (const each of ['data', 'catalogue']) await mkdir(join(folder, each));
      await writeFile(join(folder, 'data/installation-id'), installationId);
      await writeFile(join(folder, 'catalogue/lab.yaml'), await catalogue());
      system = await start([a, b]);
      client = await system.client();
      // Keys are there and engines are reached only now: both are tried again until they are.
      for (const host of [a, b]) await host.giveKey(join(system.dataDir, 'keys/local-directory.key'));
      await Promise.all([a.openProxy(), b.openProxy()]);
    }, 300_000);

    afterAll(async () => {
      await system?.dispose();
      await road?.close();
      for (const host of [a, b]) await host?.remove();
      await rm(folder, { recursive: true, force: true });
    }, 120_000);

    /** Always at the same address: the local directories of a system that crashed look for the next one there. */
    async function start(hosts: EngineHost[]): Promise<TestSystem> {
      const entries = hosts.map((host) => host.entry(between, host === a ? 'a' : 'b'));
      await writeFile(join(folder, 'hosts.yaml'), JSON.stringify({ hosts: entries }));
      return TestSystem.start({
        mode: 'standalone',
        dataDir: join(folder, 'data'),
        password: run,
        settings: {
          MUSTER_INTERNAL_PORT: String(a.plan.ports.first + 40),
          MUSTER_BACKEND: 'process',
          MUSTER_INTERNAL_HOST: between,
          MUSTER_SESSION_INTERNAL_HOST: between,
          MUSTER_CATALOGUE: join(folder, 'catalogue'),
          MUSTER_DOCKER_HOSTS_FILE: join(folder, 'hosts.yaml'),
          MUSTER_SERVICES_IMAGE: servicesImage,
        },
      });
    }

    const nodes = async (): Promise<NodePage['items']> =>
      (await client.request<NodePage>('GET', '/v1/nodes')).items.filter(
        ({ description }) => description.backend === 'docker',
      );
    const statesOfNodes = async (): Promise<Record<string, string>> =>
      Object.fromEntries((await nodes()).map(({ state, description }) => [description.labels['site'], state]));
    const workersOn = async (host: EngineHost): Promise<string[]> => await host.containers('worker');
    const runningRoles = async (): Promise<string[]> =>
      Object.entries((await client.sessions.get(session.id)).roles)
        .filter(([, { state }]) => state === 'running')
        .map(([role]) => role)
        .sort();

    it('has a node for each, which comes up by itself when its engine is there', async () => {
      await expect.poll(statesOfNodes, patience).toEqual({ a: 'ready', b: 'ready' });
      expect((await a.containers('local-directory')).length).toBe(1);
      expect((await b.containers('local-directory')).length).toBe(1);
    });

    it('runs the roles of a session on the hosts that they ask for', async () => {
      session = await client.sessions.create({ type: 'field-lab', project: 'cable', parameters: { gridCells: 32 } });
      await client.sessions.waitUntil(session.id, 'running');
      await expect.poll(runningRoles, patience).toEqual(Object.keys(sites).sort());
      expect([(await workersOn(a)).length, (await workersOn(b)).length]).toEqual([2, 2]);
    });

    it('carries calls from clients to every host, and from host to host between workers', async () => {
      connection = await client.connect(session.id);
      const cable: unknown = JSON.parse(await repositoryFile('workers/field-model/examples/coaxial-cable.json'));
      await connection.call('model', 'load', cable);
      await expect(connection.call('solver', 'solve', {})).resolves.toMatchObject({ cells: [32, 32] });
      await expect(connection.call('plot', 'render', { pixels: 64 })).resolves.toMatchObject({ topic: 'image/png' });
    });

    it('reaches a program that compares no token through its local directory alone', async () => {
      await expect(connection.call('files', 'http.request', { method: 'GET', path: '/' })).resolves.toMatchObject({
        status: 200,
      });
      const published = await b.docker('ps', '--filter', 'label=dev.muster.role=files', '--format', '{{.Ports}}');
      expect(published).not.toContain('->');
    });

    it('says nothing secret to whoever may look at its containers', async () => {
      const [id = ''] = await b.containers('local-directory');
      const shown = await b.docker('inspect', id);
      const key = (await readFile(join(system.dataDir, 'keys/local-directory.key'), 'utf8')).trim();
      expect(shown).toContain('MUSTER_NODE_LABELS=site=b');
      expect(shown).not.toContain(key);
      expect(shown).not.toMatch(/MUSTER_(ADMIN_PASSWORD|INSTALLATION_KEY|JOIN_KEY)=|MONGODB_URI/);
    });

    it('puts another local directory in the place of one that died, which takes over the same workers', async () => {
      const [dead = ''] = await b.containers('local-directory');
      const workers = await workersOn(b);
      const [before] = (await nodes()).filter(({ name }) => name === b.plan.name);
      await b.docker('kill', dead);
      await expect
        .poll(async () => (await b.containers('local-directory')).filter((id) => id !== dead).length, patience)
        .toBe(1);
      await expect
        .poll(async () => (await nodes()).find(({ id }) => id === before?.id)?.nodeEpoch, patience)
        .toBeGreaterThan(before?.nodeEpoch ?? 0);
      await expect.poll(runningRoles, patience).toEqual(Object.keys(sites).sort());
      expect(await workersOn(b)).toEqual(workers);
      await expect(connection.call('solver', 'solve', {})).resolves.toMatchObject({ cells: [32, 32] });
      await expect(connection.call('files', 'http.request', { method: 'GET', path: '/' })).resolves.toMatchObject({
        status: 200,
      });
    });

    it('goes on while an engine cannot be reached, and starts nothing twice when it comes back', async () => {
      const before = [await b.containers('local-directory'), await workersOn(b)];
      await b.closeProxy();
      await expect(connection.call('solver', 'solve', {})).resolves.toMatchObject({ cells: [32, 32] });
      await b.openProxy();
      // What is started through it shows that it is back.
      await b.docker('kill', ...(await b.containers('worker', '--filter', 'label=dev.muster.role=solver')));
      await expect
        .poll(
          () => b.containers('worker', '--filter', 'label=dev.muster.incarnation=2').then(({ length }) => length),
          patience,
        )
        .toBe(1);
      await expect.poll(runningRoles, patience).toEqual(Object.keys(sites).sort());
      expect(await b.containers('local-directory')).toEqual(before[0]);
      expect((await workersOn(b)).length).toBe(before[1]?.length);
    });

    it('gives a drained node no new work', async () => {
      const node = (await nodes()).find(({ name }) => name === b.plan.name);
      await client.request('POST', `/v1/nodes/${node?.id}/drain`, { body: { reason: 'maintenance' } });
      const explained = await client.request<PlacementExplained>('POST', '/v1/placements/explain', {
        body: { items: [{ role: 'solver', hardware: { labels: { site: 'b' } } }] },
      });
      expect(explained).toMatchObject({ verdict: 'later', role: 'solver', summary: expect.stringContaining('drain') });
      await expect(connection.call('solver', 'solve', {})).resolves.toMatchObject({ cells: [32, 32] });
    });

    it('is taken up again after a crash: what runs is kept, a host that is not in the file any more is left', async () => {
      connection.close();
      await client.sessions.close(session.id);
      session = await client.sessions.create({ type: 'near', project: 'near' });
      await client.sessions.waitUntil(session.id, 'running');
      await expect.poll(async () => (await workersOn(a)).length, patience).toBe(1);
      const [ofA, workersOfA] = [await a.containers('local-directory'), await workersOn(a)];
      await system.kill();
      system = await start([a]);
      client = await system.client();
      await expect.poll(async () => (await statesOfNodes())['a'], patience).toBe('ready');
      await expect.poll(() => b.containers('local-directory', '--all'), patience).toEqual([]);
      await expect.poll(runningRoles, patience).toEqual(['model']);
      expect([await a.containers('local-directory'), await workersOn(a)]).toEqual([ofA, workersOfA]);
    });

    it('leaves nothing on any engine when it stops', async () => {
      expect((await system.stop()).exit).toBe(0);
      for (const host of [a, b])
        expect([await host.containers('worker', '--all'), await host.containers('local-directory', '--all')]).toEqual([
          [],
          [],
        ]);
    });
  },
);

/** The sample session type with each role on a host, and a program without our SDK. */
async function catalogue(): Promise<string> {
  const lab = (await repositoryFile('catalogue/field-lab.yaml')).replaceAll(
    /name: field-(model|solver|plot)\n([^]*?)hardware: \{/g,
    (_, role: 'model' | 'solver' | 'plot', between: string) =>
      `name: field-${role}\n${between}hardware: { labels: { site: ${sites[role]} },`,
  );
  const server = "require('http').createServer((_, answer) => answer.end('files')).listen(process.argv[1], '0.0.0.0')";
  const files = {
    kind: 'WorkerType',
    name: 'files',
    run: { image: { linux: testProgramsImage }, command: ['node', '-e', server, '$PORT'] },
    registers: { node: { httpGet: '/' } },
    hardware: { cpuMillis: 10, memoryBytes: 64 * 2 ** 20, labels: { site: sites.files } },
    shutdownGraceMs: 1000,
  };
  const near = { kind: 'SessionType', name: 'near', roles: { model: { worker: 'field-model' } } };
  const both = lab.replace(
    'plot: { worker: field-plot, mandatory: false }',
    'plot: { worker: field-plot }\n  files: { worker: files }',
  );
  return [both, JSON.stringify(files), JSON.stringify(near)].join('\n---\n');
}

import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { MusterClient, SessionView } from '@muster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterProcess } from './cluster-process.js';
import { ClusterSystem, kubectl, services, sessions } from './cluster-system.js';

/** Services and database sit on the one; the other is lost. */
const [kept, lost] = ['node-a', 'node-b'] as const;
const patience = { timeout: 150_000, interval: 500 };
const workerRoles = ['model', 'plot', 'solver'];

const kubelet = await ClusterProcess.find(`kubelet-${lost}`);
let system: ClusterSystem;
let client: MusterClient;

interface NodePage {
  items: { name: string; state: string; pressure?: string }[];
}

const lostNode = async (): Promise<NodePage['items'][number] | undefined> =>
  (await client.request<NodePage>('GET', '/v1/nodes')).items.find(({ name }) => name === lost);

async function nodesOf(id: string): Promise<string[]> {
  const { roles } = await client.sessions.get(id);
  return workerRoles.map((role) => roles[role]?.node ?? '');
}

/** A session of which at least one worker is on the node that will be lost. */
async function openedThere(): Promise<SessionView> {
  await expect.poll(async () => (await lostNode())?.state, patience).toBe('ready');
  await expect.poll(() => pressureOf(lost), patience).toBeUndefined();
  await kubectl('cordon', kept);
  await expect.poll(async () => (await pressureOf(kept)) !== undefined, patience).toBe(true);
  const view = await client.sessions.create({
    type: 'field-lab',
    project: randomUUID(),
    parameters: { gridCells: 64 },
  });
  await client.sessions.waitUntil(view.id, 'running');
  await expect.poll(() => nodesOf(view.id), patience).toEqual(workerRoles.map(() => lost));
  // What the session knows first, the cluster tells later.
  await expect.poll(async () => Object.keys(await system.workers(view.id)).sort(), patience).toEqual(workerRoles);
  await kubectl('uncordon', kept);
  await expect.poll(() => pressureOf(kept), patience).toBeUndefined();
  return view;
}

const pressureOf = async (node: string): Promise<string | undefined> =>
  (await client.request<NodePage>('GET', '/v1/nodes')).items.find(({ name }) => name === node)?.pressure;

/** Shims of the lost node's containers, and all that runs in these. */
async function containerProcesses(): Promise<number[]> {
  const socket = `${dirname(process.env['KUBECONFIG'] ?? '')}/${lost}/run/containerd.sock`;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  const shims = new Set<number>();
  for (const pid of pids) {
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    parents.set(pid, Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    if (commandLine.includes('containerd-shim') && commandLine.includes(socket)) shims.add(pid);
  }
  const isUnder = (pid: number): boolean => shims.has(pid) || (pid > 1 && isUnder(parents.get(pid) ?? 0));
  return pids.filter(isUnder);
}

function signalAll(pids: readonly number[], signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

describe.skipIf(kubelet === undefined)('a node that is lost', () => {
  beforeAll(async () => {
    await kubectl('cordon', lost);
    system = await ClusterSystem.prepare();
    await system.up();
    await kubectl('uncordon', lost);
    client = await system.client();
  }, 420_000);

  afterAll(async () => {
    await kubectl('uncordon', kept, lost);
    await system.down();
  }, 300_000);

  it('gets no new work while its kubelet is dead, and what runs there goes on', async () => {
    const { id } = await openedThere();
    const before = await system.workers(id);
    await kubelet!.kill();
    try {
      await expect.poll(() => pressureOf(lost), patience).toBeDefined();
      const other = await client.sessions.create({ type: 'field-lab', project: 'elsewhere' });
      await client.sessions.waitUntil(other.id, 'running');
      expect(await nodesOf(other.id)).toEqual(workerRoles.map(() => kept));
      await client.sessions.close(other.id);
      await client.sessions.waitUntil(other.id, 'closed');
      expect((await client.sessions.get(id)).state).toBe('running');
    } finally {
      await kubelet!.restart();
    }
    await expect.poll(() => pressureOf(lost), patience).toBeUndefined();
    await expect.poll(() => system.workers(id), patience).toEqual(before);
    await client.sessions.close(id);
    await client.sessions.waitUntil(id, 'closed');
  }, 400_000);

  it('is suspected, then down; its workers run elsewhere, and what comes back is refused and removed', async () => {
    const { id } = await openedThere();
    const old = Object.values(await system.workers(id));
    const frozen = [kubelet!.pid, ...(await containerProcesses())];
    const states = new Set<string | undefined>();
    const state = async (): Promise<string | undefined> => {
      const now = (await lostNode())?.state;
      states.add(now);
      return now;
    };
    signalAll(frozen, 'SIGSTOP');
    try {
      await expect.poll(state, { ...patience, interval: 200 }).toBe('down');
      expect(states).toContain('suspect');
      await expect.poll(() => nodesOf(id), patience).toEqual(workerRoles.map(() => kept));
      await expect.poll(async () => (await client.sessions.get(id)).state, patience).toBe('running');
    } finally {
      signalAll(frozen, 'SIGCONT');
    }
    await expect.poll(async () => (await lostNode())?.state, patience).toBe('ready');
    const uids = async (): Promise<string[]> =>
      (await system.pods(sessions, `muster.dev/session=${id}`)).map(({ metadata }) => metadata.uid);
    await expect.poll(async () => (await uids()).filter((uid) => old.includes(uid)), patience).toEqual([]);
    const { state: end, roles } = await client.sessions.get(id);
    expect([end, workerRoles.map((role) => roles[role]?.incarnation)]).toEqual(['running', [2, 2, 2]]);
    expect(await kubectl('get', 'pods', '-n', services, '-o', 'name')).toContain('pod/');
  }, 400_000);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HardwareBooking, PlacementAsk, SessionId, StartOnNode, WorkerId } from '@muster/contracts';
import { openStore, type DocumentStore } from '@muster/store';
import {
  aNode,
  DirectoryNetwork,
  FakeClock,
  SeededRandom,
  startNodeAgent,
  type Fate,
  type NodeUnderTest,
} from '@muster/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drainCollection, GlobalDirectory, type DrainDocument } from './index.js';

const replicas = ['http://directory-1', 'http://directory-2'];
const nodeNames = ['nod_a', 'nod_b', 'nod_c'];
const cpuPerNode = 4000;

/** Several replicas of the global directory against real local directories, on a network that loses, repeats and delays. */
class Cluster {
  readonly network = new DirectoryNetwork();
  readonly clock = new FakeClock();
  readonly nodes = new Map<string, NodeUnderTest>();
  readonly granted: {
    ask: PlacementAsk;
    placement: { node: string; worker: WorkerId; nodeEpoch: number; booking: HardwareBooking };
  }[] = [];
  private fates: Fate[] = [];
  private asks = 0;

  constructor(private readonly store: DocumentStore) {}

  async start(): Promise<void> {
    for (const address of replicas) {
      const drains = this.store.collection<DrainDocument>(drainCollection);
      const parts = {
        calls: this.network.nodeCalls,
        drains,
        clock: this.clock,
        random: new SeededRandom(address),
        onError: () => undefined,
      };
      const directory = new GlobalDirectory({ ...parts, bookSettleMs: 0, decisionsKept: 0 });
      this.network.directories.set(address, directory);
      await directory.start();
    }
    for (const name of nodeNames) {
      const description = aNode(name)
        .withAmounts({ cpuMillis: cpuPerNode, ports: 6 })
        .withGpus(1, { sharing: 'mps', slots: 2 })
        .describe();
      this.nodes.set(
        name,
        await startNodeAgent({ description, clock: this.clock, network: this.network, instance: `svc_${name}` }),
      );
    }
    this.network.fate = () => this.fates.shift() ?? 'arrives';
    await this.pass(50);
  }

  async stop(): Promise<void> {
    this.network.fate = () => 'lost';
    await Promise.all([...this.network.directories.values()].map((directory) => directory.stop()));
    await Promise.all([...this.nodes.values()].map(({ agent }) => agent.leave({ stopWorkloads: false })));
  }

  trouble(fates: Fate[]): void {
    this.fates = fates;
  }

  async reserve(replica: number, cpus: number[], gpu: boolean): Promise<void> {
    this.asks += 1;
    const ask = askFor(`ses_${this.asks}`, cpus, gpu);
    const directory = this.network.directories.get(replicas[replica] ?? '');
    let done = false;
    const answering = directory?.reserve(ask).finally(() => (done = true));
    answering?.catch(() => undefined);
    while (!done) await this.clock.advance(25);
    const answer = await answering;
    if (answer?.verdict === 'now') this.granted.push(...answer.placements.map((placement) => ({ ask, placement })));
  }

  /** What was granted is started, or a part of it stopped again. */
  async command(index: number, what: 'start' | 'stop' | 'release'): Promise<void> {
    const { ask, placement } = this.granted[Math.max(0, index) % Math.max(1, this.granted.length)] ?? {};
    if (ask === undefined || placement === undefined) return;
    const agent = this.nodes.get(placement.node)?.agent;
    const fence = { session: ask.session, epoch: 1, worker: placement.worker, incarnation: 1 };
    const command = { nodeEpoch: placement.nodeEpoch, fence, graceMs: 0 };
    try {
      if (what === 'start') await agent?.startWorkload({ ...start, ...command });
      else if (what === 'stop') agent?.stopWorkload({ ...command, reason: 'test' });
      else agent?.release({ fences: [fence] });
    } catch {
      // Refused: stale, used up or expired. What counts is what is booked.
    }
  }

  async restart(index: number): Promise<void> {
    const name = nodeNames[index] ?? '';
    const before = this.nodes.get(name);
    if (before === undefined) return;
    await before.agent.leave({ stopWorkloads: false });
    this.nodes.set(name, await before.restart());
  }

  async pass(ms: number): Promise<void> {
    await this.clock.advance(0);
    await this.clock.advance(ms);
  }

  /** Never negative; never more workloads than fit, also when counted anew from what the back end runs. */
  async check(): Promise<void> {
    for (const [name, node] of this.nodes) {
      const { free } = await node.agent.reserve({ nodeEpoch: node.identity.nodeEpoch, items: [] });
      const least = Math.min(
        free.amounts.cpuMillis,
        free.amounts.ports,
        ...free.gpus.map(({ freeSlots }) => freeSlots),
      );
      const runs = node.engine.list({ installationId: 'ins_1' as never }).filter(({ state }) => state !== 'exited');
      const booked = runs.reduce((sum, { booking }) => sum + booking.amounts.cpuMillis, 0);
      const ports = runs.flatMap(({ booking }) => booking.hostPorts);
      expect({
        name,
        least: Math.min(0, least),
        over: Math.max(0, booked - cpuPerNode),
        twice: ports.length - new Set(ports).size,
      }).toEqual({ name, least: 0, over: 0, twice: 0 });
    }
  }
}

const start: Omit<StartOnNode, 'nodeEpoch' | 'fence'> = {
  role: 'solver',
  workerType: 'solver',
  run: { process: { command: ['solve'] } },
  env: {},
  secrets: {},
  mounts: [],
  graceMs: 0,
  startTimeoutMs: 1000,
  reportTo: 'http://holder',
};

function askFor(session: string, cpus: number[], gpu: boolean): PlacementAsk {
  const items = cpus.map((cpuMillis, index) => ({
    worker: `wrk_${session.slice(4)}_${index}` as WorkerId,
    role: `role-${index}`,
    workerType: 'solver',
    incarnation: 1,
    hardware: { cpuMillis, ...(gpu ? { gpu: { share: 0.5 } } : {}) },
    runsAsProcess: true,
  }));
  return { session: session as SessionId, epoch: 1, items, reservationMs: 5000 };
}

class Step implements fc.AsyncCommand<object, Cluster> {
  constructor(
    private readonly text: string,
    private readonly step: (cluster: Cluster) => Promise<void>,
  ) {}
  check(): boolean {
    return true;
  }
  async run(_model: object, cluster: Cluster): Promise<void> {
    await this.step(cluster);
    await cluster.check();
  }
  toString(): string {
    return this.text;
  }
}

const cpu = fc.constantFrom(500, 1500, 2500, 4000);
const fate = fc.constantFrom<Fate>('arrives', 'lost', 'unanswered', 'twice');
const steps = [
  fc
    .tuple(fc.nat(1), fc.array(cpu, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(
      ([replica, cpus, gpu]) =>
        new Step(`replica ${replica} reserves ${cpus.join('+')}${gpu ? ' with GPUs' : ''}`, (cluster) =>
          cluster.reserve(replica, cpus, gpu),
        ),
    ),
  fc.tuple(fc.array(cpu, { minLength: 1, maxLength: 2 }), fc.array(cpu, { minLength: 1, maxLength: 2 })).map(
    ([first, second]) =>
      new Step(`both replicas at once reserve ${first.join('+')} and ${second.join('+')}`, async (cluster) => {
        await Promise.all([cluster.reserve(0, first, false), cluster.reserve(1, second, false)]);
      }),
  ),
  fc
    .tuple(fc.nat(20), fc.constantFrom('start' as const, 'start' as const, 'stop' as const, 'release' as const))
    .map(([index, what]) => new Step(`${what} ${index}`, (cluster) => cluster.command(index, what))),
  fc.tuple(fc.nat(1), cpu).map(
    ([replica, cpuMillis]) =>
      new Step(`replica ${replica} reserves ${cpuMillis}, which starts`, async (cluster) => {
        await cluster.reserve(replica, [cpuMillis], false);
        await cluster.command(cluster.granted.length - 1, 'start');
      }),
  ),
  fc
    .array(fate, { maxLength: 12 })
    .map((fates) => new Step(`messages fare: ${fates.join(', ')}`, async (cluster) => cluster.trouble(fates))),
  fc.nat(2).map((index) => new Step(`node ${index} restarts`, (cluster) => cluster.restart(index))),
  fc.constantFrom(100, 2500, 6000).map((ms) => new Step(`${ms} ms pass`, (cluster) => cluster.pass(ms))),
];

let dataDir: string;
let store: DocumentStore;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'muster-overbooking-'));
  store = await openStore({ dataDir });
});
afterAll(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

it(
  'never books a node beyond what it has, whatever happens to replicas, nodes and messages',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 25 }), async (commands) => {
        const cluster = new Cluster(store);
        await cluster.start();
        try {
          await fc.asyncModelRun(() => ({ model: {}, real: cluster }), commands);
          expect(cluster.network.directories.size).toBe(2);
        } finally {
          await cluster.stop();
        }
      }),
      { numRuns: 40 },
    );
  },
);

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstallationId, NodeDescription, NodeId } from '@muster/contracts';
import { NodeAgent, openNodeIdentity, type NodeAgentParts, type NodeIdentity } from '@muster/directory';
import { aNode } from './builders/node.builder.js';
import { DirectoryNetwork } from './directory-network.js';
import { FakeBackend } from './fake-backend.js';
import { FakeClock } from './fake-clock.js';
import { FakeEngine } from './fake-engine.js';
import { SeededRandom } from './seeded-random.js';

/** A local directory on the fake back end, with what outlives a restart of it. */
export interface NodeUnderTest {
  agent: NodeAgent;
  identity: NodeIdentity;
  engine: FakeEngine;
  clock: FakeClock;
  network: DirectoryNetwork;
  address: string;
  errors: unknown[];
  superseded: unknown[];
  /** Another process on the same folder and back end, as after SIGKILL: the old one only falls silent for the test. */
  restart(): Promise<NodeUnderTest>;
}

export interface NodeUnderTestOptions {
  description?: NodeDescription;
  clock?: FakeClock;
  network?: DirectoryNetwork;
  directories?: string[];
  parts?: Partial<NodeAgentParts>;
  /** What differs from a node whose workloads are reached at host ports. */
  surroundings?: Partial<NodeAgentParts['surroundings']>;
  engine?: FakeEngine;
  folder?: string;
  instance?: string;
}

/** Starts a local directory; by default of one node with 8 cores, 32 GiB and 100 ports. */
export async function startNodeAgent(options: NodeUnderTestOptions = {}): Promise<NodeUnderTest> {
  const description = options.description ?? aNode('nod_1').describe();
  const {
    clock = new FakeClock(),
    network = new DirectoryNetwork(),
    engine = new FakeEngine(),
    instance = 'svc_1',
  } = options;
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'muster-node-')));
  const random = new SeededRandom(description.id);
  const identity = await openNodeIdentity({ folder, declaredId: description.id as NodeId, clock, random });
  const address = `http://${description.id}`;
  const errors: unknown[] = [];
  const superseded: unknown[] = [];
  const agent = new NodeAgent({
    identity,
    instance,
    description,
    backend: new FakeBackend(engine),
    ports: { range: { first: 40_000, last: 40_000 + description.allocatable.ports - 1 }, isFree: async () => true },
    surroundings: {
      installationId: 'ins_1' as InstallationId,
      reach: 'host',
      cpuCap: false,
      bindHost: '127.0.0.1',
      advertiseHost: '127.0.0.1',
      programsFolder: '/opt/muster',
      scratchRoot: '/scratch',
      mountFolders: {},
      ...options.surroundings,
    },
    folder,
    address: () => address,
    directories: async () => options.directories ?? [...network.directories.keys()],
    directoryCalls: network.directoryCalls,
    holderCalls: network.holderCalls,
    probe: { answers: async () => true },
    sessionCalls: { holder: async () => ({ state: 'running' }) },
    meter: { foundOrphan: () => undefined, removedOrphan: () => undefined },
    liveness: { periodMs: 10_000, maxMisses: 3 },
    clock,
    random,
    onError: (error) => errors.push(error),
    onSuperseded: (error) => superseded.push(error),
    ...options.parts,
  });
  network.nodes.set(address, agent);
  await agent.start();
  const restart = (): Promise<NodeUnderTest> =>
    startNodeAgent({ ...options, description, clock, network, engine, folder, instance: `${instance}+` });
  return { agent, identity, engine, clock, network, address, errors, superseded, restart };
}

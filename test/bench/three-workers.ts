import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MusterClient } from '@muster/client';
import { TestSystem } from '@muster/testing';
import { BareProgram } from './bare-program.js';

/** Modules of the demo, which really load what they need. */
const modules = ['field-model', 'field-solver', 'field-plot'];
const type = 'three-workers';

const entries = [
  ...modules.map((name) => ({
    kind: 'WorkerType',
    name,
    run: { process: { module: `workers/${name}` } },
    hardware: { cpuMillis: 100, memoryBytes: 64 * 2 ** 20 },
    shutdownGraceMs: 2000,
  })),
  { kind: 'SessionType', name: type, roles: Object.fromEntries(modules.map((name) => [name, { worker: name }])) },
];

/** Muster with a type of sessions that run with three workers, none of which it runs without; there is room for many. */
export class ThreeWorkers {
  private constructor(
    private readonly folder: string,
    private readonly system: TestSystem,
    private readonly client: MusterClient,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<ThreeWorkers> {
    const folder = await mkdtemp(join(tmpdir(), 'muster-three-'));
    const catalogue = join(folder, 'catalogue');
    await mkdir(catalogue);
    await writeFile(
      join(catalogue, 'three-workers.yaml'),
      entries.map((entry) => JSON.stringify(entry)).join('\n---\n'),
    );
    const node = join(folder, 'node.json');
    await writeFile(node, JSON.stringify({ capacity: { cpuMillis: 64_000 } }));
    const system = await TestSystem.start({
      mode: 'standalone',
      settings: { MUSTER_CATALOGUE: catalogue, MUSTER_NODE_FILE: node, ...settings },
    });
    return new ThreeWorkers(folder, system, await system.client());
  }

  /** Asks for a session and resolves with its id when it runs. */
  async open(): Promise<string> {
    const { id } = await this.client.sessions.create({ type });
    await this.client.sessions.waitUntil(id, 'running');
    return id;
  }

  async close(id: string): Promise<void> {
    await this.client.sessions.close(id);
    await this.client.sessions.waitUntil(id, 'closed');
  }

  async dispose(): Promise<void> {
    await this.system.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The same programs without Muster: each loads its module, and listens. */
export function startThreeBare(): Promise<BareProgram[]> {
  return Promise.all(modules.map((name) => BareProgram.start('worker', `dist/workers/${name}.js`)));
}

export async function stopAll(programs: readonly BareProgram[]): Promise<void> {
  await Promise.all(programs.map((each) => each.stop()));
}

/** As many as the workers of one session. */
export const workersOfOne = modules.length;

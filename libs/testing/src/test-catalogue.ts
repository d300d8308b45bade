import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemBackend } from './start-system.js';

/** One role of a session type for tests. */
export interface TestRole {
  /** Program and arguments. */
  command: string[];
  hardware?: Record<string, unknown>;
  worker?: Record<string, unknown>;
  role?: Record<string, unknown>;
}

export interface TestSessionType {
  roles: Record<string, TestRole>;
  type?: Record<string, unknown>;
}

/** Has the programs of tests in its folder `/programs`; `npm run test:docker` builds it. */
export const testProgramsImage = 'muster.test/programs:1';

/** What Node needs, where the limit is enforced. */
const leastMemoryBytes = systemBackend !== 'process' ? 64 * 2 ** 20 : 2 ** 20;

/** A catalogue folder of its own, made from what a test needs; every role gets a worker type named `<type>-<role>`. */
export class TestCatalogue {
  private constructor(readonly folder: string) {}

  static async of(types: Record<string, TestSessionType>): Promise<TestCatalogue> {
    const catalogue = new TestCatalogue(await mkdtemp(join(tmpdir(), 'muster-catalogue-')));
    for (const [name, type] of Object.entries(types)) {
      const documents = entriesOf(name, type).map((entry) => JSON.stringify(entry, undefined, 2));
      await catalogue.write(`${name}.yaml`, documents.join('\n---\n'));
    }
    return catalogue;
  }

  write(file: string, text: string): Promise<void> {
    return writeFile(join(this.folder, file), text);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

function entriesOf(name: string, { roles, type = {} }: TestSessionType): Record<string, unknown>[] {
  const workers = Object.entries(roles).map(([role, { command, hardware, worker = {} }]) => ({
    kind: 'WorkerType',
    name: `${name}-${role}`,
    run: { process: { command }, image: { linux: testProgramsImage }, command: command.map(insideImage) },
    hardware: { cpuMillis: 10, memoryBytes: leastMemoryBytes, ...hardware },
    startTimeoutMs: 20_000,
    shutdownGraceMs: 1000,
    ...worker,
  }));
  const members = Object.entries(roles).map(([role, each]) => [role, { worker: `${name}-${role}`, ...each.role }]);
  return [...workers, { kind: 'SessionType', name, roles: Object.fromEntries(members) as object, ...type }];
}

function insideImage(word: string): string {
  return word.replace(/^.*\/programs\//, '/programs/');
}

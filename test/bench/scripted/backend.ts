import type { OpenedBackend, WorkloadSpec } from '@muster/orchestrator';
// Not by the index of the library, which would load all of it into the process that is measured.
import { aNode } from '../../../libs/testing/src/builders/node.builder.js';
import { FakeBackend } from '../../../libs/testing/src/fake-backend.js';

const gibi = 2 ** 30;

/**
 * Takes the place of the process back end in the program that is measured: every workload starts at once, and is played by
 * another process, whose address is in the environment.
 */
export async function openProcessBackend({ nodeId }: { nodeId: string }): Promise<OpenedBackend> {
  const amounts = { cpuMillis: 1_000_000, memoryBytes: 1000 * gibi, diskBytes: 1000 * gibi, ports: 2000 };
  const backend = FakeBackend.with({ nodes: [aNode(nodeId).withAmounts(amounts).describe()], nowMs: Date.now });
  backend.engine.whenStarting((spec) => ({ program: () => void askToPlay(spec) }));
  return backend;
}

async function askToPlay({ env }: WorkloadSpec): Promise<void> {
  await fetch(process.env['SCRIPTED_WORKERS'] ?? '', { method: 'POST', body: JSON.stringify(env) });
}

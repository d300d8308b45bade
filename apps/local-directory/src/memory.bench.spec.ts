import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { TestCatalogue, TestSystem } from '@muster/testing';
import { expect, it } from 'vitest';

const image = process.env['DOCKER_PROBE_IMAGE'] ?? 'node:24-bookworm-slim';
const sessions = 5;
const roles = 20;
const mebi = 2 ** 20;
const barBytes = 130e6;
/** Whether there is anything at its port is all that is asked of it; small, so that 100 fit on any computer. */
const program =
  'my $s = IO::Socket::INET->new(LocalPort => $ARGV[0], Listen => 9, ReuseAddr => 1); close $s->accept while 1';
const small = {
  run: { image: { linux: image }, command: ['perl', '-MIO::Socket::INET', '-e', program, '$PORT'] },
  registers: { node: { tcp: true } },
  startTimeoutMs: 300_000,
};

/** A local directory as it runs alone: its process of `npm run start:services`. */
it('memory of a local directory with 100 containers', async () => {
  const names = Array.from({ length: roles }, (_, number) => `role-${number}`);
  const role = { command: [], hardware: { cpuMillis: 10, memoryBytes: 32 * mebi }, worker: small };
  const catalogue = await TestCatalogue.of({
    many: { roles: Object.fromEntries(names.map((name) => [name, role])) },
  });
  const system = await TestSystem.start({
    mode: 'services',
    settings: {
      MUSTER_CATALOGUE: catalogue.folder,
      MUSTER_BACKEND: 'docker',
      MUSTER_DOCKER_HOST: process.env['DOCKER_HOST'],
    },
  });
  try {
    const pid = system.pidOf('local-directory');
    const empty = await samplesOf(pid);
    const client = await system.client();
    const ids: string[] = [];
    for (let started = 0; started < sessions; started += 1) {
      const { id } = await client.sessions.create({ type: 'many' });
      await client.sessions.waitUntil(id, 'running');
      ids.push(id);
    }
    const full = await samplesOf(pid);
    for (const id of ids) {
      await client.sessions.close(id);
      await client.sessions.waitUntil(id, 'closed');
    }
    console.log(
      [
        'Resident memory of a local directory, MB',
        row('without containers', empty),
        row(`with ${sessions * roles} containers`, full),
        `  bar: at most ${barBytes / 1e6}`,
      ].join('\n'),
    );
    expect(Math.max(...full)).toBeLessThanOrEqual(barBytes);
  } finally {
    await system.dispose();
    await catalogue.remove();
  }
}, 900_000);

/** Its own reports, looks at its workers and housekeeping happen in this time. */
async function samplesOf(pid: number): Promise<number[]> {
  const samples: number[] = [];
  for (let taken = 0; taken < 30; taken += 1) {
    const [, kibi] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
    samples.push(Number(kibi) * 1024);
    await pause(1000);
  }
  return samples;
}

function row(name: string, samples: readonly number[]): string {
  const sorted = samples.map((bytes) => bytes / 1e6).sort((one, other) => one - other);
  const [least = 0, middle = 0, most = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return `  ${name.padEnd(26)} min ${least.toFixed(1)}, median ${middle.toFixed(1)}, max ${most.toFixed(1)} (${samples.length} times)`;
}

import assert from 'node:assert/strict';
import { InvalidSpec, NoCapacity } from '../contract/errors.js';
import type { WorkloadSpec } from '../contract/workload-spec.js';
import type { Bench, ConformanceCase } from './bench.js';
import type { ProbeStep } from './probe.js';

async function environmentOf(bench: Bench, members: object): Promise<Record<string, string>> {
  const handle = await bench.start(bench.spec({ do: 'print-environment' }, members));
  return JSON.parse(await bench.line(handle, '{')) as Record<string, string>;
}

async function outcomes(bench: Bench, steps: ProbeStep[], members: Partial<WorkloadSpec>): Promise<string[]> {
  const handle = await bench.start(bench.spec({ do: 'try', steps }, members));
  return (await bench.lines(handle, { follow: true })).map(({ text }) => text);
}

export const surroundingsCases: ConformanceCase[] = [
  {
    name: 'gives a workload exactly its own environment',
    async try(bench) {
      const env = { MUSTER_ROLE: 'solver', WITH_SPACES: ' a b ', EMPTY: '', WORDS: 'größer "quoted" $HOME' };
      const seen = await environmentOf(bench, { env });
      const own = Object.entries(seen).filter(([name]) => !bench.harness.mayAddToEnvironment.includes(name));
      assert.deepEqual(Object.fromEntries(own), env);
    },
  },
  {
    name: 'lets a spec say PATH, HOME and TMPDIR itself',
    async try(bench) {
      const env = { PATH: '/opt/own/bin:/usr/bin:/bin', HOME: '/home/own', TMPDIR: '/var/own' };
      const { PATH, HOME, TMPDIR } = await environmentOf(bench, { env });
      assert.deepEqual({ PATH, HOME, TMPDIR }, env);
    },
  },
  {
    name: 'gives a secret as the path of a file, and refuses one that is not there',
    applies: (harness) => harness.secret !== undefined,
    async try(bench) {
      const secret = bench.harness.secret!;
      assert.ok((await environmentOf(bench, { secrets: [secret] }))[secret.env]?.startsWith('/'));
      const missing = { env: 'OTHER_FILE', name: 'other', path: '/nonexistent/other' };
      await assert.rejects(bench.start(bench.spec({ do: 'wait' }, { secrets: [missing] })), InvalidSpec);
    },
  },
  {
    name: 'puts the booked port in the place of $PORT, and the program is reached there',
    async try(bench) {
      const port = await bench.harness.freePort();
      const booking = {
        amounts: { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 1 },
        gpus: [],
        hostPorts: [port],
      };
      const ports = [{ port, hostAddress: '127.0.0.1', hostPort: port }];
      const handle = await bench.start(bench.spec({ do: 'listen' }, { booking, ports }));
      assert.equal(await bench.line(handle, 'listening on '), `listening on ${port}`);
      const { address } = await bench.backend.inspect(handle);
      if (bench.harness.isListening) assert.equal(await bench.harness.isListening(port, address), true);
    },
  },
  {
    name: 'publishes a port of a workload at the address and port of the node that were asked for, and nowhere else',
    applies: (harness, capabilities) =>
      capabilities.ownNetwork && !capabilities.ownAddress && harness.isListening !== undefined,
    async try(bench) {
      const [hostPort, port] = [await bench.harness.freePort(), await bench.harness.freePort()];
      const ports = [{ port, hostAddress: '127.0.0.1', hostPort }];
      const handle = await bench.start(bench.spec({ do: 'listen', port }, { ports }));
      await bench.line(handle, 'listening on ');
      assert.equal(await bench.harness.isListening!(hostPort), true);
      assert.equal(await bench.harness.isListening!(port), false);
    },
  },
  {
    name: 'tells the address at which a workload is reached, to others and to the workload itself',
    applies: (harness, capabilities) => capabilities.ownAddress && harness.isListening !== undefined,
    async try(bench) {
      const advertise = { env: 'OWN_URL', port: 8123 };
      const listening = await bench.start(bench.spec({ do: 'listen', port: 8123 }, { advertise }));
      await bench.line(listening, 'listening on ');
      const { address } = await bench.backend.inspect(listening);
      assert.equal(await bench.harness.isListening!(8123, address), true);
      const told = await bench.start(bench.spec({ do: 'print-environment' }, { advertise }));
      const env = JSON.parse(await bench.line(told, '{')) as Record<string, string>;
      assert.equal(new URL(env['OWN_URL'] ?? '').hostname, (await bench.backend.inspect(told)).address);
    },
  },
  {
    name: 'says that a program is ready when it answers, and not before',
    applies: (_, capabilities) => capabilities.probes,
    async try(bench) {
      const spec = bench.spec({ do: 'listen', port: 8123, afterMs: 3000 }, { probe: { port: 8123 } });
      const handle = await bench.start(spec);
      assert.equal((await bench.backend.inspect(handle)).ready, false);
      const ready = await bench.seen(handle, (status) => status.ready === true);
      assert.equal(ready.state, 'running');
      assert.ok((await bench.lines(handle, { follow: false })).some(({ text }) => text.startsWith('listening on ')));
    },
  },
  {
    name: 'refuses a port of the node that is taken, so that the workload is placed elsewhere, and leaves nothing of it',
    applies: (_, capabilities) => capabilities.ownNetwork && !capabilities.ownAddress,
    async try(bench) {
      const ports = [{ port: 8080, hostAddress: '127.0.0.1', hostPort: await bench.harness.freePort() }];
      const first = await bench.start(bench.spec({ do: 'wait' }, { ports }));
      await assert.rejects(bench.start(bench.spec({ do: 'wait' }, { ports })), NoCapacity);
      assert.deepEqual(
        (await bench.list()).map(({ id }) => id),
        [first.id],
      );
    },
  },
  {
    name: 'lets a workload read a secret, and nobody write it',
    applies: (harness, capabilities) => harness.secret !== undefined && capabilities.ownFiles,
    async try(bench) {
      const secret = bench.harness.secret!;
      const path = (await environmentOf(bench, { secrets: [secret] }))[secret.env]!;
      const steps = [{ read: path }, { write: path, bytes: 1 }];
      const [text, written] = await outcomes(bench, steps, { secrets: [secret] });
      assert.notEqual(text, 'ENOENT');
      assert.notEqual(written, 'written');
    },
  },
  {
    name: 'shows a workload the folders that are mounted into it, writable or not, as asked',
    applies: (harness, capabilities) => harness.folder !== undefined && capabilities.ownFiles,
    async try(bench) {
      const { source, file, text } = bench.harness.folder!;
      const mounts = [
        { name: 'data', source, path: '/mnt/data', readOnly: false },
        { name: 'fixed', source, path: '/mnt/fixed', readOnly: true },
      ];
      const steps = [
        { read: `/mnt/fixed/${file}` },
        { write: '/mnt/fixed/new', bytes: 1 },
        { write: '/mnt/data/new', bytes: 1 },
        { read: '/mnt/fixed/new' },
      ];
      assert.deepEqual(await outcomes(bench, steps, { mounts }), [text, 'EROFS', 'written', '\u0001']);
      const missing = [{ name: 'none', source: '/nonexistent/folder', path: '/mnt/none', readOnly: true }];
      await assert.rejects(bench.start(bench.spec({ do: 'wait' }, { mounts: missing })), InvalidSpec);
    },
  },
  {
    name: 'gives a workload scratch space of the size that it booked, and nothing else to write to',
    applies: (_, capabilities) => capabilities.enforcesDisk,
    async try(bench) {
      const members = { scratchDir: '/scratch/own', limits: { diskBytes: 8e6, memoryBytes: 256e6 } };
      const steps = [
        { write: '/scratch/own/small', bytes: 4e6 },
        { write: '/scratch/own/large', bytes: 8e6 },
        { write: '/usr/anywhere', bytes: 1 },
      ];
      const [small, large, elsewhere] = await outcomes(bench, steps, members);
      assert.deepEqual([small, large], ['written', 'ENOSPC']);
      assert.match(elsewhere ?? '', /^(EROFS|EACCES)$/);
    },
  },
  {
    name: 'bounds the processes of a workload',
    applies: (_, capabilities) => capabilities.boundsProcesses,
    async try(bench) {
      const [count] = await outcomes(bench, [{ processes: 100 }], { limits: { processes: 40 } });
      assert.ok(Number(count) > 0 && Number(count) < 40, `${count} processes`);
    },
  },
  {
    name: 'refuses $PORT where no port is booked',
    async try(bench) {
      await assert.rejects(bench.start(bench.spec({ do: 'listen' })), InvalidSpec);
    },
  },
  {
    name: 'refuses a handle of another back end',
    async try(bench) {
      const handle = await bench.start(bench.spec({ do: 'wait' }));
      const backend = handle.backend === 'docker' ? 'process' : 'docker';
      await assert.rejects(bench.backend.inspect({ ...handle, backend }), InvalidSpec);
    },
  },
];

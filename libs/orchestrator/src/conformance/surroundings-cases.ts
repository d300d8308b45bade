import assert from 'node:assert/strict';
import { InvalidSpec } from '../contract/errors.js';
import type { Bench, ConformanceCase } from './bench.js';

async function environmentOf(bench: Bench, members: object): Promise<Record<string, string>> {
  const handle = await bench.start(bench.spec({ do: 'print-environment' }, members));
  return JSON.parse(await bench.line(handle, '{')) as Record<string, string>;
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
      const handle = await bench.start(bench.spec({ do: 'listen' }, { booking }));
      assert.equal(await bench.line(handle, 'listening on '), `listening on ${port}`);
      if (bench.harness.isListening) assert.equal(await bench.harness.isListening(port), true);
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

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MusterError, type WorkloadId } from '@muster/contracts';
import { FakeClock, SeededRandom } from '@muster/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PortPool } from './port-pool.js';
import { ProgramGate, type GatedProgram } from './program-gate.js';

const id = 'ses-1-wrk-1-1' as WorkloadId;
const program = { id, target: { host: '127.0.0.1', port: 1 }, probe: { tcp: true }, acceptToken: 'open-sesame' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-gate-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Two host ports; the first forwarders that are opened find theirs taken. */
function gateWith({ failures, looks = true }: { failures: number; looks?: boolean }) {
  const clock = new FakeClock();
  const ports = new PortPool({ first: 40_000, last: 40_001 }, async () => true, clock, new SeededRandom('gate'));
  const opened: GatedProgram[] = [];
  const answering: string[] = [];
  const errors: unknown[] = [];
  const gate = new ProgramGate({
    folder: join(folder, 'programs'),
    advertiseHost: '127.0.0.1',
    ports,
    looks,
    probe: { answers: async () => true },
    openForwarder: async (each) => {
      if (failures > 0) {
        failures -= 1;
        throw new MusterError('refused', `the forwarder cannot listen on port ${each.port}`);
      }
      opened.push(each);
      return { close: async () => undefined };
    },
    clock,
    onAnswering: (_id, address) => answering.push(address),
    onError: (error) => errors.push(error),
  });
  return { gate, ports, clock, opened, answering, errors };
}

it('a forwarder that cannot be opened leaves no port taken and no secret behind', async () => {
  const { gate, ports } = gateWith({ failures: 1 });
  await expect(gate.prepare(program)).rejects.toMatchObject({ code: 'refused' });
  expect(ports.free).toBe(2);
  expect(await readdir(join(folder, 'programs'))).toEqual([]);
});

it('a node starts again though somebody has the port of a forwarder, which opens when it is free', async () => {
  const before = gateWith({ failures: 0 });
  await before.gate.prepare(program);
  await before.gate.close();
  const { gate, clock, opened, answering, errors, ports } = gateWith({ failures: 2 });
  await gate.adopt(() => true);
  expect([opened.length, gate.guards(id), ports.free]).toEqual([0, true, 1]);
  await clock.advance(10_000);
  expect(opened).toEqual(before.opened);
  expect([errors.length, answering.length]).toEqual([2, 1]);
  await gate.close();
});

it('a program that ends while its forwarder waits for its port leaves nothing', async () => {
  const before = gateWith({ failures: 0 });
  await before.gate.prepare(program);
  await before.gate.close();
  const { gate, clock, opened, ports } = gateWith({ failures: 1 });
  await gate.adopt(() => true);
  await gate.end(id);
  await clock.advance(10_000);
  expect([opened.length, ports.free, clock.waiting]).toEqual([0, 2, 0]);
});

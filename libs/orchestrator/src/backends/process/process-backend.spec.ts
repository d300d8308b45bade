import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId } from '@muster/contracts';
import { buildKeeper } from '@muster/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { orchestratorConformance, probeCommand, type ConformanceHarness } from '../../conformance/index.js';
import { createBackend } from '../index.js';
import { KeeperConnection } from './keeper-connection.js';
import { processStartOf } from './keeper/process-identity.js';
import { prepareKeeperPlace } from './keeper-place.js';
import { processesUnder } from './testing/processes-under.js';

const stateDir = mkdtempSync(join(tmpdir(), 'muster-process-'));
const secretPath = join(stateDir, 'licence');
writeFileSync(secretPath, 'key');

const open = async () =>
  createBackend('process', { stateDir, nodeId: 'nod_test' as NodeId, keeperFile: await buildKeeper(), endedKept: 500 });

const harness: ConformanceHarness = {
  open,
  run: (behaviour) => ({ command: probeCommand(behaviour) }),
  unknownProgram: { command: ['/nonexistent/program', '--flag'] },
  mayAddToEnvironment: ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot', 'TEMP', 'TMP'],
  freePort,
  isListening,
  isAlive: (pid) => processStartOf(pid) !== undefined,
  async interrupt() {
    const connection = await KeeperConnection.open(prepareKeeperPlace(stateDir).socketPath);
    process.kill(connection.keeperPid, 'SIGKILL');
    await connection.lost;
  },
  secret: { env: 'LICENCE_FILE', name: 'licence', path: secretPath },
};

afterAll(async () => {
  const backend = await open();
  await backend.close({ workloads: 'end', graceMs: 0 });
  rmSync(stateDir, { recursive: true });
});

describe('the process back end keeps the promises of the orchestrator contract: it', () => {
  for (const { name, run } of orchestratorConformance(harness)) it(name, (test) => run((why) => test.skip(why)));
});

describe('the process back end', () => {
  it('leaves no process behind once it is closed with `end`', async () => {
    const backend = await open();
    await backend.list({ installationId: 'ins_any' as never });
    expect(processesUnder(stateDir)).not.toEqual([]);
    await backend.close({ workloads: 'end', graceMs: 0 });
    expect(processesUnder(stateDir)).toEqual([]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

import type { NodeId, WorkloadId } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { InvalidSpec } from '../../contract/errors.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import { launchOf, type LaunchHost } from './process-spec.js';

const host: LaunchHost = { platform: 'linux', nodePath: '/opt/node', workerHostFile: '/opt/muster/worker.js' };
const spec: WorkloadSpec = {
  id: 'ses-1-wrk-1-1' as WorkloadId,
  kind: 'worker',
  ownership: { installationId: 'ins_1' as never, nodeId: 'nod_1' as NodeId },
  run: { command: ['node', 'solver.js', '--listen=127.0.0.1:$PORT'], workingDirectory: '/srv' },
  env: { MUSTER_ROLE: 'solver' },
  secrets: [{ env: 'LICENCE_FILE', name: 'licence', path: '/run/secrets/licence' }],
  booking: { amounts: { cpuMillis: 1, memoryBytes: 1, diskBytes: 1, ports: 1 }, gpus: [], hostPorts: [4711] },
  scratchDir: '/var/scratch/1',
  graceMs: 1000,
};

describe('the launch of a spec', () => {
  it('has our own Node for `node`, the port for $PORT, and an environment of nothing but what it needs', () => {
    const { id, kind, ownership, booking } = spec;
    expect(launchOf(spec, host)).toEqual({
      id,
      kind,
      ownership,
      booking,
      file: '/opt/node',
      args: ['solver.js', '--listen=127.0.0.1:4711'],
      env: {
        PATH: '/usr/local/bin:/usr/bin:/bin',
        HOME: '/var/scratch/1',
        TMPDIR: '/var/scratch/1',
        LANG: 'C.UTF-8',
        MUSTER_ROLE: 'solver',
        LICENCE_FILE: '/run/secrets/licence',
      },
      workingDirectory: '/srv',
      scratchDir: '/var/scratch/1',
      maxOutputBytes: 4 * 1024 * 1024,
    });
  });

  it.each([
    ['workers/field-solver', '/opt/muster/workers/field-solver.js'],
    ['/srv/own/solver.mjs', '/srv/own/solver.mjs'],
  ])('runs the module %s by the worker host, from %s', (module, expected) => {
    const { file, args } = launchOf({ ...spec, run: { module } }, host);
    expect([file, ...args]).toEqual(['/opt/node', '/opt/muster/worker.js', expected]);
  });

  it('has on Windows what programs need there', () => {
    const { env } = launchOf(spec, { ...host, platform: 'win32' });
    expect(Object.keys(env).sort()).toEqual(['LICENCE_FILE', 'MUSTER_ROLE', 'PATH', 'SystemRoot', 'TEMP', 'TMP']);
  });

  it.each<[string, Partial<WorkloadSpec>]>([
    ['an image', { run: { image: { linux: 'some/image:1' } } }],
    ['an empty command', { run: { command: [] } }],
    ['a NUL in a word', { run: { command: ['node', 'a\0b'] } }],
    ['an id that is no file name', { id: '../../etc' as WorkloadId }],
    ['a scratch directory that is not absolute', { scratchDir: 'scratch' }],
    ['a variable without a name', { env: { '': 'x' } }],
    ['a variable with a NUL', { env: { A: 'x\0y' } }],
    ['a secret without a file', { secrets: [{ env: 'A_FILE', name: 'a' }] }],
    ['a bound on output that holds nothing', { maxOutputBytes: 10 }],
  ])('is refused for %s', (_, members) => {
    expect(() => launchOf({ ...spec, ...members }, host)).toThrow(InvalidSpec);
  });
});

import type {
  HardwareBooking,
  InstallationId,
  NodeId,
  SessionId,
  StartOnNode,
  WorkerId,
  WorkloadId,
} from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { workloadSpecOf, type NodeSurroundings } from './workload-spec.js';

const node: NodeSurroundings = {
  installationId: 'ins_1' as InstallationId,
  nodeId: 'nod_1' as NodeId,
  reach: 'host',
  bindHost: '0.0.0.0',
  advertiseHost: 'fd00::1',
  programsFolder: '/opt/muster',
  scratchRoot: '/scratch',
  secretsFolder: '/secrets',
  mountFolders: { 'project-data': '/srv/projects' },
  hasGpus: true,
  runs: ['command', 'module'],
  ownFiles: false,
  cpuCap: true,
  probes: false,
  namesGpus: true,
};
const booking = {
  amounts: { cpuMillis: 500, memoryBytes: 1000, diskBytes: 20, ports: 2 },
  gpus: [{ deviceId: 'GPU-7', slots: 1, memoryBytes: 2000, exclusive: false }],
  hostPorts: [4001, 4002],
} satisfies HardwareBooking;
const command: StartOnNode = {
  nodeEpoch: 1,
  fence: { session: 'ses_1' as SessionId, epoch: 3, worker: 'wrk_1' as WorkerId, incarnation: 2 },
  role: 'solver',
  workerType: 'field-solver',
  run: { process: { module: 'workers/field-solver' }, image: { linux: 'muster/field-solver:1' } },
  env: { MUSTER_ROLE: 'solver', LICENCE: 'x' },
  secrets: { LICENCE_FILE: 'licence-server' },
  mounts: [{ name: 'project-data', path: '/project', readOnly: false }],
  graceMs: 5000,
  startTimeoutMs: 1000,
  reportTo: 'http://holder',
};

function specOf(change: Partial<StartOnNode> = {}, surroundings = node, booked: HardwareBooking = booking) {
  return workloadSpecOf({ id: 'w-1' as WorkloadId, command: { ...command, ...change }, booking: booked }, surroundings);
}

describe('the workload that a command asks for', () => {
  it('has the hardware, folders and addresses of its node', () => {
    expect(specOf()).toEqual({
      id: 'w-1',
      kind: 'worker',
      ownership: {
        installationId: 'ins_1',
        nodeId: 'nod_1',
        sessionId: 'ses_1',
        workerId: 'wrk_1',
        role: 'solver',
        incarnation: 2,
        epoch: 3,
      },
      run: { module: 'workers/field-solver' },
      env: {
        MUSTER_ROLE: 'solver',
        LICENCE: 'x',
        MUSTER_MOUNT_PROJECT_DATA: '/srv/projects',
        MUSTER_CPU_MILLIS: '500',
        MUSTER_MEMORY_BYTES: '1000',
        MUSTER_DISK_BYTES: '20',
        CUDA_VISIBLE_DEVICES: 'GPU-7',
        MUSTER_GPU_MEMORY_BYTES: '2000',
        MUSTER_BIND: '0.0.0.0:4001',
        MUSTER_ADVERTISE: 'http://[fd00::1]:4001',
        MUSTER_PORTS: '4002',
        MUSTER_SCRATCH_DIR: '/scratch/w-1',
      },
      secrets: [{ env: 'LICENCE_FILE', name: 'licence-server', path: '/secrets/licence-server' }],
      booking,
      limits: { cpuMillis: 500, memoryBytes: 1000, diskBytes: 20 },
      scratchDir: '/scratch/w-1',
      graceMs: 5000,
    });
  });

  it('sees no GPU that was not booked for it', () => {
    expect(specOf({}, node, { ...booking, gpus: [] }).env).toMatchObject({ CUDA_VISIBLE_DEVICES: '' });
  });

  it('binds loopback only when it compares no token', () => {
    expect(specOf({ probe: { tcp: true } }).env).toMatchObject({
      MUSTER_BIND: '127.0.0.1:4001',
      MUSTER_ADVERTISE: 'http://127.0.0.1:4001',
    });
  });

  it('is run in the way that the node has', () => {
    const run = { image: { linux: 'muster/field-solver:1' }, command: ['solve'] };
    expect(specOf({ run }, { ...node, runs: ['image'] }).run).toEqual({
      image: { linux: 'muster/field-solver:1' },
      command: ['solve'],
    });
    expect(() => specOf({ run })).toThrow('this node runs command, module');
  });

  it('sees its own file system where it has one, with the mounts in their places', () => {
    const spec = specOf({}, { ...node, reach: 'published', ownFiles: true });
    expect(spec).toMatchObject({
      env: { MUSTER_MOUNT_PROJECT_DATA: '/project', MUSTER_SCRATCH_DIR: '/scratch', MUSTER_BIND: '0.0.0.0:4001' },
      mounts: [{ name: 'project-data', source: '/srv/projects', path: '/project', readOnly: false }],
      scratchDir: '/scratch',
      ports: [
        { port: 4001, hostAddress: '0.0.0.0', hostPort: 4001 },
        { port: 4002, hostAddress: '0.0.0.0', hostPort: 4002 },
      ],
    });
  });

  it('runs a command in the folder of the installation', () => {
    const run = { process: { command: ['python3', 'workers/wave.py'] } };
    expect(specOf({ run }).run).toEqual({ command: ['python3', 'workers/wave.py'], workingDirectory: '/opt/muster' });
  });

  it.each(['../etc/passwd', 'a/b', ''])('takes no secret from outside the folder: %j', (name) => {
    expect(() => specOf({ secrets: { A_FILE: name } })).toThrow('is no name of a secret');
  });
});

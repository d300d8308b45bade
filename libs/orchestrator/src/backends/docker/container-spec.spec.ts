import type { NodeId, WorkloadId } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { InvalidSpec } from '../../contract/errors.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import { readLabels } from './container-labels.js';
import { containerName, containerOf, type ContainerHost, type ContainerImage } from './container-spec.js';

const host: ContainerHost = {
  owner: 'ins_1/nod_1',
  osFamily: 'linux',
  network: 'muster-back',
  defaultUser: '65532:65532',
  pidsLimit: 512,
  scratchBytes: 1e6,
};
const image: ContainerImage = {
  reference: 'muster/workers:1',
  id: 'sha256:1d',
  digest: 'sha256:d1',
  user: '',
  hasEntryPoint: false,
};
const amounts = { cpuMillis: 1500, memoryBytes: 2e9, diskBytes: 3e9, ports: 1 };
const bookedNothing = { amounts, gpus: [], hostPorts: [] };
const spec: WorkloadSpec = {
  id: 'ses-1-wrk-1-1' as WorkloadId,
  kind: 'worker',
  ownership: {
    installationId: 'ins_1' as never,
    nodeId: 'nod_1' as NodeId,
    sessionId: 'ses_1' as never,
    workerId: 'wrk_1' as never,
    role: 'solver',
    incarnation: 2,
    epoch: 3,
  },
  run: { image: { linux: 'muster/workers:1' }, command: ['field-solver', '--listen=0.0.0.0:$PORT'] },
  env: { MUSTER_ROLE: 'solver' },
  secrets: [{ env: 'LICENCE_FILE', name: 'licence', path: '/etc/muster/secrets/licence' }],
  mounts: [
    { name: 'data', source: '/srv/data', path: '/mnt/data', readOnly: true },
    { name: 'models', source: 'models', path: '/mnt/models', readOnly: false },
  ],
  ports: [{ port: 4711, hostAddress: '10.0.0.7', hostPort: 4711 }],
  hostName: 'solver-1',
  booking: {
    amounts,
    gpus: [{ deviceId: 'GPU-5a', slots: 1, memoryBytes: 1e9, exclusive: true }],
    hostPorts: [4711],
  },
  limits: { cpuMillis: 1500, memoryBytes: 2e9, diskBytes: 3e9 },
  scratchDir: '/scratch/1',
  graceMs: 1000,
  maxOutputBytes: 1e6,
};

const enclosure = { ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] };
const logs = (bytes: number): object => ({
  Type: 'local',
  Config: { 'max-size': String(bytes), 'max-file': '2', compress: 'false' },
});
const tmpfs = (bytes: number): string => `rw,exec,nosuid,nodev,mode=1777,size=${bytes}`;

describe('the container of a spec', () => {
  it('has everything that was asked for, and no right beyond it', () => {
    expect(containerOf(spec, image, host)).toEqual({
      Image: 'muster/workers:1',
      Cmd: ['field-solver', '--listen=0.0.0.0:4711'],
      User: '65532:65532',
      Env: [
        'HOME=/scratch/1',
        'TMPDIR=/scratch/1',
        'LANG=C.UTF-8',
        'MUSTER_ROLE=solver',
        'LICENCE_FILE=/run/secrets/licence',
      ],
      Labels: {
        'dev.muster.owner': 'ins_1/nod_1',
        'dev.muster.id': 'ses-1-wrk-1-1',
        'dev.muster.kind': 'worker',
        'dev.muster.installation': 'ins_1',
        'dev.muster.node': 'nod_1',
        'dev.muster.session': 'ses_1',
        'dev.muster.worker': 'wrk_1',
        'dev.muster.role': 'solver',
        'dev.muster.incarnation': '2',
        'dev.muster.epoch': '3',
        'dev.muster.booking': JSON.stringify(spec.booking),
        'dev.muster.image-digest': 'sha256:d1',
      },
      Hostname: 'solver-1',
      ExposedPorts: { '4711/tcp': {} },
      HostConfig: {
        Init: true,
        RestartPolicy: { Name: 'no' },
        NetworkMode: 'muster-back',
        LogConfig: logs(500_000),
        CpuShares: 1536,
        NanoCpus: 1.5e9,
        Memory: 2e9,
        MemorySwap: 2e9,
        PidsLimit: 512,
        DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: ['GPU-5a'], Capabilities: [['gpu']] }],
        PortBindings: { '4711/tcp': [{ HostIp: '10.0.0.7', HostPort: '4711' }] },
        Mounts: [
          { Type: 'bind', Source: '/srv/data', Target: '/mnt/data', ReadOnly: true },
          { Type: 'volume', Source: 'models', Target: '/mnt/models', ReadOnly: false },
          { Type: 'bind', Source: '/etc/muster/secrets/licence', Target: '/run/secrets/licence', ReadOnly: true },
        ],
        Tmpfs: { '/tmp': tmpfs(1e6), '/scratch/1': tmpfs(3e9) },
        ...enclosure,
      },
      NetworkingConfig: { EndpointsConfig: { 'muster-back': { Aliases: ['solver-1'] } } },
    });
  });

  it('has the same enclosure, and bounds on output, processes and scratch space, where nothing is asked for', () => {
    const { id, kind, ownership } = spec;
    const least = { id, kind, ownership, booking: bookedNothing, run: { image: {} }, env: {}, graceMs: 0 };
    const { Labels: _, ...container } = containerOf(least, { ...image, user: '1000' }, { ...host, network: undefined });
    expect(container).toEqual({
      Image: 'muster/workers:1',
      Env: ['HOME=/tmp', 'TMPDIR=/tmp', 'LANG=C.UTF-8'],
      HostConfig: {
        Init: true,
        RestartPolicy: { Name: 'no' },
        LogConfig: logs(2 * 1024 ** 2),
        CpuShares: 1536,
        PidsLimit: 512,
        Tmpfs: { '/tmp': tmpfs(1e6) },
        ...enclosure,
      },
    });
  });

  it('has on Windows nothing that Windows does not know', () => {
    const { HostConfig, User, Env } = containerOf(spec, image, { ...host, osFamily: 'windows' });
    expect([User, Env?.[0], Object.keys(HostConfig ?? {}).sort()]).toEqual([
      undefined,
      'MUSTER_ROLE=solver',
      ['DeviceRequests', 'LogConfig', 'Memory', 'Mounts', 'NanoCpus', 'NetworkMode', 'PortBindings', 'RestartPolicy'],
    ]);
  });

  it.each(['', 'root', '0', '0:0', 'root:root', '0:1000'])(
    'does not run as the root that an image names by "%s"',
    (user) => {
      expect(containerOf(spec, { ...image, user }, host).User).toBe('65532:65532');
    },
  );

  it.each(['node', '1000', '1000:0', 'rootless'])('runs as the user that an image names by "%s"', (user) => {
    expect(containerOf(spec, { ...image, user }, host).User).toBeUndefined();
  });

  it('says by its labels all that is needed to find it again', () => {
    const labels = containerOf(spec, image, host).Labels ?? {};
    const { id, kind, ownership, booking } = spec;
    expect(readLabels(labels, host.owner)).toEqual({ id, kind, ownership, booking, imageDigest: 'sha256:d1' });
    expect(readLabels(labels, 'ins_1/nod_2')).toBeUndefined();
    expect(readLabels({ ...labels, 'dev.muster.booking': '{' }, host.owner)).toBeUndefined();
  });

  it('has a name that only this owner gives to this id', () => {
    expect(containerName('ins_1/nod_1', 'a')).toMatch(/^muster-[0-9a-f]{8}-a$/);
    expect(containerName('ins_1/nod_2', 'a')).not.toBe(containerName('ins_1/nod_1', 'a'));
  });

  it.each<[string, Partial<WorkloadSpec>]>([
    ['a command of the node', { run: { command: ['node'] } }],
    ['$PORT without a booked port', { booking: bookedNothing }],
    ['an id that is no name', { id: '../../etc' as WorkloadId }],
    ['a variable without a name', { env: { '': 'x' } }],
    ['a variable with a NUL', { env: { A: 'x\0y' } }],
    ['a secret without a file', { secrets: [{ env: 'A_FILE', name: 'a' }] }],
    ['a bound on output that holds nothing', { maxOutputBytes: 10 }],
  ])('is refused for %s', (_, members) => {
    expect(() => containerOf({ ...spec, ...members }, image, host)).toThrow(InvalidSpec);
  });
});

import type { EnginePolicy } from '../policy.js';

/** A policy that allows one of everything. */
export const policy: EnginePolicy = {
  installationId: 'ins_1',
  folders: [
    { path: '/srv/data', readOnly: false, contents: false },
    { path: '/srv/models', readOnly: true, contents: false },
    { path: '/srv/secrets', readOnly: true, contents: true },
  ],
  volumes: ['scratch'],
  networks: ['bridge', 'none', 'workers'],
  subnets: ['10.90.0.0/16'],
  ports: { first: 21_000, last: 21_999 },
  hostAddresses: ['127.0.0.1'],
  images: [],
  runtimes: ['runc'],
  logDrivers: ['local', 'json-file', 'none'],
  maxPids: 4096,
};

/** What the docker back end sends for a worker with a port, a mount, a secret and a GPU. */
export function aBody(
  hostConfig: Record<string, unknown> = {},
  rest: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    Image: 'muster/workers:1',
    Cmd: ['field-solver'],
    User: '65532:65532',
    Env: ['HOME=/scratch', 'MUSTER_TOKEN=x.y=z'],
    Labels: { 'dev.muster.installation': 'ins_1', 'dev.muster.image-digest': 'sha256:00', 'dev.muster.kind': 'worker' },
    Hostname: 'wrk-1',
    ExposedPorts: { '21000/tcp': {} },
    HostConfig: {
      Init: true,
      RestartPolicy: { Name: 'no' },
      NetworkMode: 'workers',
      LogConfig: { Type: 'local', Config: { 'max-size': '2097152', 'max-file': '2', compress: 'false' } },
      CpuShares: 512,
      NanoCpus: 500_000_000,
      Memory: 268_435_456,
      MemorySwap: 268_435_456,
      PidsLimit: 512,
      DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: ['GPU-3a'], Capabilities: [['gpu']] }],
      PortBindings: { '21000/tcp': [{ HostIp: '127.0.0.1', HostPort: '21000' }] },
      Mounts: [
        { Type: 'bind', Source: '/srv/data', Target: '/data', ReadOnly: false },
        { Type: 'bind', Source: '/srv/secrets/key', Target: '/run/secrets/key', ReadOnly: true },
        { Type: 'volume', Source: 'scratch', Target: '/cache', ReadOnly: false },
      ],
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=67108864' },
      ...hostConfig,
    },
    NetworkingConfig: { EndpointsConfig: { workers: { Aliases: ['wrk-1'] } } },
    ...rest,
  };
}

/** Only what must be given. */
export function aSmallBody(hostConfig: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Image: 'muster/workers:1',
    User: '65532',
    Labels: { 'dev.muster.installation': 'ins_1' },
    HostConfig: {
      LogConfig: { Type: 'local', Config: { 'max-size': '1m' } },
      CpuShares: 2,
      Memory: 1,
      MemorySwap: 1,
      PidsLimit: 1,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ...hostConfig,
    },
  };
}

import { bindRule, mountRule, tmpfsRule } from './mounts.js';
import type { EnginePolicy } from './policy.js';
import {
  flag,
  ignored,
  isObject,
  list,
  map,
  object,
  oneOf,
  shown,
  text,
  unused,
  whole,
  type Members,
  type Rule,
} from './rules.js';

/** Everything here gives power over the host, over other containers, or past the limits. */
const refusedUnlessEmpty = [
  'Annotations',
  'BlkioDeviceReadBps',
  'BlkioDeviceReadIOps',
  'BlkioDeviceWriteBps',
  'BlkioDeviceWriteIOps',
  'BlkioWeight',
  'BlkioWeightDevice',
  'CapAdd',
  'Capabilities',
  'Cgroup',
  'CgroupParent',
  'ContainerIDFile',
  'CpuCount',
  'CpuPercent',
  'CpuPeriod',
  'CpuQuota',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
  'CpusetCpus',
  'CpusetMems',
  'DeviceCgroupRules',
  'Devices',
  'Dns',
  'DnsOptions',
  'DnsSearch',
  'GroupAdd',
  'IOMaximumBandwidth',
  'IOMaximumIOps',
  'KernelMemory',
  'KernelMemoryTCP',
  'Links',
  'MemoryReservation',
  'OomKillDisable',
  'OomScoreAdj',
  'PidMode',
  'Privileged',
  'PublishAllPorts',
  'Sysctls',
  'UTSMode',
  'Ulimits',
  'UsernsMode',
  'VolumeDriver',
  'VolumesFrom',
] as const;

/** The engine's own bound. */
const maxCpuShares = 262_144;

/** Without these a container would have more than its share, or more rights than a worker needs. */
const required = [
  'CapDrop',
  'CpuShares',
  'LogConfig',
  'Memory',
  'MemorySwap',
  'PidsLimit',
  'ReadonlyRootfs',
  'SecurityOpt',
];

const noNewPrivileges = /^no-new-privileges([:=]true)?$/;

/** How a container may stand to its host. Members that are not named here are refused, also those of future engines. */
export function hostConfigRule(policy: EnginePolicy): Rule {
  const members: Members = {
    ...Object.fromEntries(refusedUnlessEmpty.map((name) => [name, unused])),
    AutoRemove: flag,
    Binds: bindRule(policy),
    CapDrop: capDropRule,
    CgroupnsMode: oneOf(['', 'private']),
    ConsoleSize: ignored,
    CpuShares: whole(2, maxCpuShares),
    DeviceRequests: list(deviceRequest),
    ExtraHosts: list(text(/^[a-zA-Z0-9.-]{1,253}:(host-gateway|[0-9a-fA-F.:]{2,45})$/, 'name:address')),
    Init: flag,
    IpcMode: oneOf(['', 'private', 'none']),
    Isolation: oneOf(['', 'default']),
    LogConfig: logConfig(policy),
    // An empty list would uncover all of /proc: only their absence is harmless.
    MaskedPaths: refusedAlways,
    ReadonlyPaths: refusedAlways,
    Memory: whole(1),
    MemorySwap: whole(1),
    MemorySwappiness: whole(-1, 100),
    Mounts: mountRule(policy),
    NanoCpus: whole(1),
    NetworkMode: text(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'the name of a network'),
    PidsLimit: whole(1, policy.maxPids),
    PortBindings: portBindings(policy),
    ReadonlyRootfs: oneOf([true]),
    RestartPolicy: object({ Name: oneOf(['', 'no']), MaximumRetryCount: oneOf([0]) }),
    Runtime: oneOf(['', ...policy.runtimes]),
    SecurityOpt: securityOptions,
    ShmSize: whole(0),
    StorageOpt: object({ size: text(/^\d{1,15}[kKmMgGtT]?[bB]?$/, 'a size') }),
    Tmpfs: tmpfsRule,
  };
  const host = object(members, required);
  return (value, at, refuse) => {
    const cleaned = host(value, at, refuse);
    if (isObject(cleaned) && cleaned['Memory'] !== cleaned['MemorySwap'])
      refuse(`${at}.MemorySwap must be the same as Memory: no swap beyond the limit`);
    return cleaned;
  };
}

const refusedAlways: Rule = (_value, at, refuse) => refuse(`${at} is not allowed`);

const capDropRule: Rule = (value, at, refuse) =>
  Array.isArray(value) && value.length === 1 && value[0] === 'ALL' ? ['ALL'] : refuse(`${at} must be ["ALL"]`);

const securityOptions: Rule = (value, at, refuse) => {
  if (!Array.isArray(value) || !value.some((each) => typeof each === 'string' && noNewPrivileges.test(each)))
    return refuse(`${at} must have no-new-privileges`);
  const strange: unknown = value.find(
    (each) =>
      !noNewPrivileges.test(String(each)) && !['apparmor=docker-default', 'seccomp=builtin'].includes(String(each)),
  );
  return strange === undefined ? value : refuse(`${at} has ${shown(strange)}, which is not allowed`);
};

/** GPUs by their ids alone: a count lets the engine choose cards that others have booked. */
const deviceRequest: Rule = object(
  {
    Driver: oneOf(['', 'nvidia']),
    Count: oneOf([0]),
    DeviceIDs: list(text(/^[a-zA-Z0-9][a-zA-Z0-9:/._-]{0,127}$/, 'the id of a GPU')),
    Capabilities: list(
      list(oneOf(['gpu', 'nvidia', 'compute', 'utility', 'graphics', 'video', 'display', 'compat32'])),
    ),
    Options: unused,
  },
  ['DeviceIDs', 'Capabilities'],
);

function portBindings({ ports, hostAddresses }: EnginePolicy): Rule {
  const hostPort: Rule = (value, at, refuse) => {
    const port = typeof value === 'string' && /^[1-9]\d{0,4}$/.test(value) ? Number(value) : NaN;
    return port >= ports.first && port <= ports.last
      ? value
      : refuse(`${at} must be a port from ${ports.first} to ${ports.last}, not ${shown(value)}`);
  };
  const binding = object({ HostIp: oneOf(hostAddresses), HostPort: hostPort }, ['HostIp', 'HostPort']);
  return map(/^\d{1,5}\/(tcp|udp)$/, list(binding));
}

/** Only drivers that keep the output on the engine's disk, within a bound: others send it away. */
function logConfig({ logDrivers }: EnginePolicy): Rule {
  const members = object(
    {
      Type: oneOf(logDrivers),
      Config: object({
        'max-size': text(/^[1-9]\d{0,11}[kmg]?$/, 'a size'),
        'max-file': text(/^[1-9]\d{0,2}$/, 'a number of files'),
        compress: oneOf(['true', 'false']),
        mode: oneOf(['blocking', 'non-blocking']),
        'max-buffer-size': text(/^[1-9]\d{0,11}[kmg]?$/, 'a size'),
      }),
    },
    ['Type'],
  );
  return (value, at, refuse) => {
    const cleaned = members(value, at, refuse);
    const { Type: type, Config: config } = isObject(cleaned) ? cleaned : {};
    if (type !== 'none' && (!isObject(config) || config['max-size'] === undefined))
      refuse(`${at}.Config.max-size must be given: else the output is not bounded`);
    return cleaned;
  };
}

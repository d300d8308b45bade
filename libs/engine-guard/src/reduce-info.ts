import { isObject } from './rules.js';

/** What Muster wants to know of an engine; not its proxies' passwords, its swarm or its registries. */
const members = [
  'Architecture',
  'CgroupDriver',
  'CgroupVersion',
  'CpuCfsPeriod',
  'CpuCfsQuota',
  'DefaultRuntime',
  'DockerRootDir',
  'Driver',
  'DriverStatus',
  'ID',
  'KernelVersion',
  'LiveRestoreEnabled',
  'LoggingDriver',
  'MemTotal',
  'MemoryLimit',
  'NCPU',
  'Name',
  'OSType',
  'OSVersion',
  'OperatingSystem',
  'OomKillDisable',
  'PidsLimit',
  'SecurityOptions',
  'ServerVersion',
  'SwapLimit',
];

/** The part of the engine's description that is passed on: the names of its runtimes without their settings. */
export function reduceInfo(info: unknown): Record<string, unknown> {
  if (!isObject(info)) return {};
  const runtimes = isObject(info['Runtimes']) ? Object.keys(info['Runtimes']) : [];
  return {
    ...Object.fromEntries(members.filter((name) => name in info).map((name) => [name, info[name]])),
    Runtimes: Object.fromEntries(runtimes.map((name) => [name, {}])),
  };
}

/** A network without who is on it: it may be shared with others. */
export function reduceNetwork(network: unknown): Record<string, unknown> {
  return isObject(network) ? { ...network, Containers: {}, Peers: undefined, Services: undefined } : {};
}

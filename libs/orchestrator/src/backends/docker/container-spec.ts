import { createHash } from 'node:crypto';
import type { OsFamily } from '@muster/contracts';
import { InvalidSpec } from '../../contract/errors.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import { labelsOf } from './container-labels.js';
import type { ContainerSpec } from './docker-api.js';
import type { DockerBackendOptions } from './options.js';

/** What of the engine and of our settings goes into a container. */
export interface ContainerHost extends Required<
  Pick<DockerBackendOptions, 'defaultUser' | 'pidsLimit' | 'scratchBytes'>
> {
  readonly owner: string;
  readonly osFamily: OsFamily;
  readonly network?: string;
}

/** What of the image goes into a container. */
export interface ContainerImage {
  readonly reference: string;
  /** The engine's own, which changes with any change of the image. */
  readonly id: string;
  readonly digest: string;
  /** As the image says; empty = root. */
  readonly user: string;
  readonly hasEntryPoint: boolean;
  /** Where it looks for programs, if it says so. */
  readonly path?: string;
}

type HostConfig = NonNullable<ContainerSpec['HostConfig']>;

const defaultMaxOutputBytes = 4 * 1024 * 1024;
/** The engine gives no less than a hundredth of a core. */
const leastCpuMillis = 10;

/** Same owner and id, same name: what makes a start that is asked for twice one container. */
export function containerName(owner: string, id: string): string {
  return `muster-${shortOf(owner)}-${id}`;
}

export function networkName(owner: string, session: string): string {
  return `muster-${shortOf(owner)}-net-${session}`;
}

function shortOf(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 8);
}

/** The container of a spec, by nothing but its arguments: same in, same out. Throws `InvalidSpec`. */
export function containerOf(spec: WorkloadSpec, image: ContainerImage, host: ContainerHost): ContainerSpec {
  checkPlainValues(spec);
  const command = commandOf(spec);
  const user = userOf(image, host);
  return {
    Image: image.reference,
    ...(command && { Cmd: command }),
    ...(user !== undefined && { User: user }),
    Env: Object.entries(environmentOf(spec, host)).map(([name, value]) => `${name}=${value}`),
    Labels: labelsOf(spec, host.owner, image.digest),
    ...(spec.hostName !== undefined && { Hostname: spec.hostName }),
    ...(spec.ports && { ExposedPorts: Object.fromEntries(spec.ports.map(({ port }) => [`${port}/tcp`, {}])) }),
    HostConfig: {
      ...runOptions(spec, host),
      ...limitsOf(spec, host),
      ...placesOf(spec, host),
      ...enclosureOf(spec, host),
    },
    ...networkOf(spec, host),
  };
}

function commandOf({ run, booking }: WorkloadSpec): string[] | undefined {
  if (!('image' in run)) throw new InvalidSpec('the docker back end runs images only');
  return run.command?.map((word) => {
    if (!word.includes('$PORT')) return word;
    const port = booking.hostPorts[0];
    if (port === undefined) throw new InvalidSpec('run.command names $PORT, but no host port is booked');
    return word.replaceAll('$PORT', String(port));
  });
}

/** An image that names no user would run as root. */
function userOf({ user }: ContainerImage, { osFamily, defaultUser }: ContainerHost): string | undefined {
  const isRoot = /^(root|0*)(:.*)?$/.test(user);
  return osFamily !== 'windows' && isRoot ? defaultUser : undefined;
}

/** The image's own variables stay below these. */
function environmentOf(spec: WorkloadSpec, { osFamily }: ContainerHost): Record<string, string> {
  const own = spec.scratchDir ?? '/tmp';
  const minimal = osFamily === 'windows' ? {} : { HOME: own, TMPDIR: own, LANG: 'C.UTF-8' };
  const secrets = (spec.secrets ?? []).map(({ env, name }) => [env, secretPath(name, osFamily)]);
  return { ...minimal, ...spec.env, ...Object.fromEntries(secrets) };
}

function secretPath(name: string, osFamily: OsFamily): string {
  return osFamily === 'windows' ? `C:\\ProgramData\\muster\\secrets\\${name}` : `/run/secrets/${name}`;
}

/** A first process of the engine reaps orphans and forwards signals; who restarts what is the session's decision. */
function runOptions(spec: WorkloadSpec, { osFamily, network }: ContainerHost): HostConfig {
  // Two files of half the size: the older is dropped whole, so that between a half and all of it is there.
  const maxSize = Math.ceil((spec.maxOutputBytes ?? defaultMaxOutputBytes) / 2);
  return {
    ...(osFamily !== 'windows' && { Init: true }),
    RestartPolicy: { Name: 'no' },
    ...(network !== undefined && { NetworkMode: network }),
    LogConfig: { Type: 'local', Config: { 'max-size': String(maxSize), 'max-file': '2', compress: 'false' } },
  };
}

/** Swap counts as memory: a workload over its limit is ended, not slow. */
function limitsOf({ limits = {}, booking }: WorkloadSpec, { osFamily, pidsLimit }: ContainerHost): HostConfig {
  const { cpuMillis, memoryBytes, processes } = limits;
  const isWindows = osFamily === 'windows';
  const deviceIds = booking.gpus.map(({ deviceId }) => deviceId);
  return {
    // A share by what was booked, of whatever is wanted at the moment; a hard cap only where it is asked for.
    ...(!isWindows && { CpuShares: Math.max(2, Math.round((booking.amounts.cpuMillis * 1024) / 1000)) }),
    ...(cpuMillis !== undefined && { NanoCpus: Math.max(cpuMillis, leastCpuMillis) * 1e6 }),
    ...(memoryBytes !== undefined && { Memory: memoryBytes, ...(!isWindows && { MemorySwap: memoryBytes }) }),
    ...(!isWindows && { PidsLimit: processes ?? pidsLimit }),
    // By id, never by number: which card it is was decided by the book of the node.
    ...(deviceIds.length > 0 && {
      DeviceRequests: [{ Driver: 'nvidia', DeviceIDs: deviceIds, Capabilities: [['gpu']] }],
    }),
  };
}

/** Ports at addresses of the node, folders and volumes of the operator, secrets as files. */
function placesOf(spec: WorkloadSpec, { osFamily }: ContainerHost): HostConfig {
  const bindings = (spec.ports ?? []).map(({ port, hostAddress, hostPort }) => [
    `${port}/tcp`,
    [{ HostIp: hostAddress, HostPort: String(hostPort) }],
  ]);
  const mounts = (spec.mounts ?? []).map(({ source, path, readOnly }) => mountOf(source, path, readOnly));
  const secrets = (spec.secrets ?? []).map(({ name, path }) => {
    if (path === undefined) throw new InvalidSpec(`secret ${name} has no file on this node`);
    return mountOf(path, secretPath(name, osFamily), true);
  });
  return {
    ...(bindings.length > 0 && { PortBindings: Object.fromEntries(bindings) as HostConfig['PortBindings'] }),
    ...(mounts.length + secrets.length > 0 && { Mounts: [...mounts, ...secrets] }),
  };
}

function mountOf(source: string, path: string, readOnly: boolean): NonNullable<HostConfig['Mounts']>[number] {
  const isFolder = /^(\/|[a-zA-Z]:[\\/])/.test(source);
  return { Type: isFolder ? 'bind' : 'volume', Source: source, Target: path, ReadOnly: readOnly };
}

/** Nothing to write to but memory of bounded size, no rights, and no way to gain some. Windows has none of these. */
function enclosureOf({ scratchDir, limits }: WorkloadSpec, { osFamily, scratchBytes }: ContainerHost): HostConfig {
  if (osFamily === 'windows') return {};
  const tmpfs = (bytes: number): string => `rw,exec,nosuid,nodev,mode=1777,size=${bytes}`;
  const ownBytes = limits?.diskBytes === undefined || limits.diskBytes === 0 ? scratchBytes : limits.diskBytes;
  return {
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Tmpfs: { '/tmp': tmpfs(scratchBytes), ...(scratchDir !== undefined && { [scratchDir]: tmpfs(ownBytes) }) },
  };
}

function networkOf({ hostName }: WorkloadSpec, { network }: ContainerHost): ContainerSpec {
  if (network === undefined) return {};
  const aliases = hostName === undefined ? {} : { Aliases: [hostName] };
  return { NetworkingConfig: { EndpointsConfig: { [network]: aliases } } };
}

function checkPlainValues(spec: WorkloadSpec): void {
  if (!/^[a-z0-9][a-z0-9._-]{0,199}$/i.test(spec.id)) throw new InvalidSpec('id is not safe as a name of a container');
  for (const [name, value] of Object.entries(spec.env))
    if (!/^[^=\0]+$/.test(name) || value.includes('\0'))
      throw new InvalidSpec(`env ${JSON.stringify(name)} is not possible`);
  if (spec.maxOutputBytes !== undefined && spec.maxOutputBytes < 1024)
    throw new InvalidSpec('maxOutputBytes is under 1024');
}

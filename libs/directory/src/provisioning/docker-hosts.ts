import { NestedField, NestedListField, IntegerField, TextField, TextListField, TextMapField } from '@muster/contracts';
import type { PortRange } from '@muster/platform';
import { DeclaredFileInvalid, readDeclaredFile } from './declared-file.js';
import { DeclaredPorts } from './declared-nodes.js';

const hostName = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const engineForm = {
  pattern: /^(unix|tcp|https):\/\/.+$/,
  patternName: 'unix://PATH, tcp://HOST:PORT or https://HOST:PORT',
};
const folderForm = { pattern: /^\/[^\0:]*$/, patternName: 'an absolute folder of that host' };
const engineNameForm = { pattern: /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, patternName: 'a name of the engine' };
const addressForm = { maxLength: 253, pattern: /^[a-zA-Z0-9.:-]+$/, patternName: 'a host name or an address' };

/** One engine of the hosts file, as the operator writes it. */
class DockerHostEntry {
  @TextField({ maxLength: 40, pattern: hostName, patternName: 'lower case letters, digits and hyphens' }) name: string;
  @TextField(engineForm) engine: string;
  @TextField({ optional: true }) tlsFolder?: string;
  @TextField({ ...engineForm, optional: true }) nodeEngine?: string;
  @TextField({ ...folderForm, optional: true }) nodeTlsFolder?: string;
  @TextField(addressForm) address: string;
  @TextField({ ...addressForm, optional: true }) bindHost?: string;
  @NestedField(() => DeclaredPorts, { optional: true }) ports?: DeclaredPorts;
  @IntegerField({ optional: true, min: 1, max: 1000 }) forwarders?: number;
  @TextField(engineNameForm) network: string;
  @TextField({ ...engineNameForm, optional: true }) volume?: string;
  @TextField(folderForm) keysFolder: string;
  @TextMapField({ optional: true }) labels?: Record<string, string>;
  @TextListField({ optional: true, maxLength: 63 }) pools?: string[];
  @TextMapField({ optional: true }) settings?: Record<string, string>;
}

class HostsFile {
  @NestedListField(() => DockerHostEntry, { maxItems: 100 }) hosts: DockerHostEntry[];
}

/** An engine on which a local directory is kept running. */
export interface DockerHost {
  name: string;
  /** As the global directory reaches it. */
  engine: string;
  /** Here. */
  tlsFolder?: string;
  /** As a container of that host reaches it. */
  nodeEngine: string;
  /** There. */
  nodeTlsFolder?: string;
  /** Under which others reach that host. */
  address: string;
  /** Address of that host on which ports are published. */
  bindHost: string;
  workerPorts: PortRange;
  /** Under which its local directory forwards to programs that compare no token. */
  forwarderPorts: PortRange;
  /** Of the local directory's own listener. */
  internalPort: number;
  /** Which its workers and its local directory are part of. */
  network: string;
  /** Keeps what the local directory knows of its node. */
  volume: string;
  /** There; has the join key of local directories. */
  keysFolder: string;
  labels: Readonly<Record<string, string>>;
  pools: readonly string[];
  /** Further settings of the local directory. */
  settings: Readonly<Record<string, string>>;
}

const defaultPorts = { first: 21_000, last: 22_999 };
const defaultForwarders = 20;

/** The hosts of a file (YAML or JSON). Throws DeclaredFileInvalid that names every wrong member. */
export async function readDockerHosts(path: string): Promise<DockerHost[]> {
  const { hosts } = await readDeclaredFile(path, HostsFile);
  const problem = hosts.map(problemOf).find((each) => each !== undefined);
  if (problem !== undefined) throw new DeclaredFileInvalid(`${path}: ${problem}`);
  return hosts.map(hostOf);
}

/** Of the ports of a host the last is the local directory's own; those of its forwarders come before it. */
function hostOf(entry: DockerHostEntry): DockerHost {
  const {
    ports = defaultPorts,
    forwarders = defaultForwarders,
    labels = {},
    pools = [],
    settings = {},
    ...rest
  } = entry;
  const lastOfWorkers = ports.last - 1 - forwarders;
  return {
    ...rest,
    nodeEngine: entry.nodeEngine ?? entry.engine,
    bindHost: entry.bindHost ?? entry.address,
    volume: entry.volume ?? `muster-node-${entry.name}`,
    workerPorts: { first: ports.first, last: lastOfWorkers },
    forwarderPorts: { first: lastOfWorkers + 1, last: ports.last - 1 },
    internalPort: ports.last,
    labels,
    pools,
    settings,
  };
}

function problemOf(host: DockerHostEntry, index: number, hosts: readonly DockerHostEntry[]): string | undefined {
  const { first, last } = host.ports ?? defaultPorts;
  if (last - first - (host.forwarders ?? defaultForwarders) < 1)
    return `host ${host.name}: ports are too few for its forwarders, its local directory and a worker`;
  const strange = Object.keys(host.settings ?? {}).find((name) => !name.startsWith('MUSTER_'));
  if (strange !== undefined) return `host ${host.name}: ${strange} in settings is no setting`;
  for (const other of hosts.slice(0, index)) {
    if (other.name === host.name) return `two hosts are named ${host.name}`;
    const ports = other.ports ?? defaultPorts;
    if (other.address === host.address && ports.first <= last && first <= ports.last)
      return `${other.name} and ${host.name} have one address, and their ports overlap`;
  }
  return undefined;
}

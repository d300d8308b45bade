import type { Fence, HardwareBooking, StartOnNode } from '@muster/contracts';
import type { PublishedPort } from '@muster/orchestrator';

export interface Endpoint {
  host: string;
  port: number;
}

/**
 * How workloads of a node are reached. `host`: they listen on the node's own addresses. `published`: in a network of their
 * own, with ports of the node that lead there. `name`: in a network that all who call them are part of, by their host names.
 * `mixed`: others by published ports, their local directory by host names, since it is a container of the same network; what
 * compares no token is reached by name only. `address`: each at an address of its own, which is known once it has started.
 */
export type Reach = 'host' | 'published' | 'name' | 'mixed' | 'address';

export interface NodeAddresses {
  reach: Reach;
  /** Address of the node on which workers listen, or on which their ports are published. */
  bindHost: string;
  /** Where others reach that. */
  advertiseHost: string;
}

export interface PlaceAsk {
  fence: Pick<Fence, 'worker' | 'incarnation'>;
  booking: Pick<HardwareBooking, 'hostPorts'>;
  /** Of a program that compares no token: it is never reachable beyond its node. */
  probe?: StartOnNode['probe'];
  /** Its own address, where each has one and it is known. */
  address?: string;
}

export interface WorkloadPlace {
  /** Where the program listens. */
  bind: Endpoint;
  /** Where its own node reaches it; absent while its own address is not known. */
  near?: Endpoint;
  /** Where others reach it; of a program, where its node does. Absent while its own address is not known. */
  address?: string;
  ports: PublishedPort[];
  hostName?: string;
}

const loopback = '127.0.0.1';
const everywhere = '0.0.0.0';

/** Where a workload is reached on this node. Pure: the same again after a restart. */
export function placeOf(ask: PlaceAsk, node: NodeAddresses): WorkloadPlace {
  if (node.reach === 'host') return onHost(ask, node);
  if (node.reach === 'published') return published(ask, node);
  if (node.reach === 'address') return atOwnAddress(ask);
  return node.reach === 'mixed' ? mixed(ask, node) : byName(ask);
}

function onHost({ booking, probe }: PlaceAsk, { bindHost, advertiseHost }: NodeAddresses): WorkloadPlace {
  const port = booking.hostPorts[0] ?? probe?.port ?? 0;
  const host = probe === undefined ? bindHost : loopback;
  const address = urlOf({ host: probe === undefined ? advertiseHost : loopback, port });
  return { bind: { host, port }, near: { host: nearHost(host), port }, address, ports: [] };
}

function published({ booking, probe }: PlaceAsk, { bindHost, advertiseHost }: NodeAddresses): WorkloadPlace {
  const [first = 0, ...further] = booking.hostPorts;
  const hostAddress = probe === undefined ? bindHost : loopback;
  const port = probe?.port ?? first;
  const pairs = [[port, first] as const, ...further.map((each) => [each, each] as const)];
  return {
    bind: { host: everywhere, port },
    near: { host: nearHost(hostAddress), port: first },
    address: urlOf({ host: probe === undefined ? advertiseHost : loopback, port: first }),
    ports: pairs.map(([inside, hostPort]) => ({ port: inside, hostAddress, hostPort })),
  };
}

/** It can listen everywhere, since only the network in which it is leads there. */
function atOwnAddress({ booking, probe, address: host }: PlaceAsk): WorkloadPlace {
  const port = probe?.port ?? booking.hostPorts[0] ?? 0;
  const bind = { host: everywhere, port };
  if (host === undefined) return { bind, ports: [] };
  const near = { host, port };
  return { bind, near, address: urlOf(near), ports: [] };
}

function byName({ fence, booking, probe }: PlaceAsk): WorkloadPlace {
  const host = `${fence.worker}-${fence.incarnation}`.toLowerCase().replaceAll('_', '-');
  const port = probe?.port ?? booking.hostPorts[0] ?? 0;
  return {
    bind: { host: everywhere, port },
    near: { host, port },
    address: urlOf({ host, port }),
    ports: [],
    hostName: host,
  };
}

function mixed(ask: PlaceAsk, node: NodeAddresses): WorkloadPlace {
  const named = byName(ask);
  if (ask.probe !== undefined) return named;
  const { address, ports } = published(ask, node);
  return { ...named, address, ports };
}

function nearHost(host: string): string {
  if (host === everywhere) return loopback;
  return host === '::' ? '::1' : host;
}

export function urlOf(endpoint: Endpoint): string {
  return `http://${authorityOf(endpoint)}`;
}

export function authorityOf({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

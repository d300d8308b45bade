import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { kubectl, services, sessions, type Pod } from './cluster-system.js';

interface Rule {
  from: string[];
  to: string;
  ports: string;
}

interface Matrix {
  ports: Record<string, (number | string)[]>;
  allow: Rule[];
}

interface Connection {
  from: string;
  to: string;
  port: number;
}

interface Socket {
  localPort: number;
  remote: string;
  remotePort: number;
  listens: boolean;
}

interface ServiceObject {
  spec: { clusterIP: string; selector?: Record<string, string> };
}

const nameLabel = 'app.kubernetes.io/name';

/** What may be. */
export async function matrix(): Promise<Matrix> {
  return parse(await readFile('k8s/network-matrix.yaml', 'utf8')) as Matrix;
}

/** Callers that no socket of a running pod shows: who comes from outside, and the Job that has ended before. */
const unseen = ['anyone', 'setup'];

/** Who reaches whom in words of the matrix, with ports of its own names: `session -> auth internal`. */
export function allowed({ allow }: Matrix): string[] {
  const callers = allow.map((rule) => ({ ...rule, from: rule.from.filter((each) => !unseen.includes(each)) }));
  return callers.flatMap(({ from, to, ports }) => from.map((each) => `${each} -> ${to} ${ports}`)).sort();
}

/**
 * The TCP connections that pods have now, in the same words; with its port where the matrix does not allow it. What comes from outside
 * the pods (probes, the front door's callers) is left out: a pod's own sockets do not tell who that is.
 */
export async function seen(known: Matrix): Promise<string[]> {
  const names = await namesOfAddresses();
  const pods = [...(await podsOf(services)), ...(await podsOf(sessions))];
  const found = await Promise.all(pods.map((pod) => connectionsOf(pod, names)));
  return [...new Set(found.flat().map((each) => inWordsOf(known, each)))].sort();
}

function inWordsOf({ ports, allow }: Matrix, { from, to, port }: Connection): string {
  const covers = (rule: Rule): boolean => rule.from.includes(from) || rule.from.includes('anyone');
  const rule = allow.find((each) => each.to === to && covers(each) && holds(ports[each.ports] ?? [], port));
  return `${from} -> ${to} ${rule?.ports ?? port}`;
}

function holds(ranges: (number | string)[], port: number): boolean {
  if (ranges.length === 0) return true;
  return ranges.some((range) => {
    const [first = 0, last = first] = String(range).split('-').map(Number);
    return first <= port && port <= last;
  });
}

async function podsOf(namespace: string): Promise<(Pod & { namespace: string })[]> {
  const selected = ['get', 'pods', '-n', namespace, '--field-selector', 'status.phase=Running', '-o', 'json'];
  const { items } = JSON.parse(await kubectl(...selected)) as { items: Pod[] };
  return items.map((pod) => ({ ...pod, namespace }));
}

/** Of pods, and of the Services before them: a caller's socket names the Service. */
async function namesOfAddresses(): Promise<Map<string, string>> {
  const listed = await kubectl('get', 'services', '-n', services, '-o', 'json');
  const { items } = JSON.parse(listed) as { items: ServiceObject[] };
  const apiServer = await kubectl('get', 'service', 'kubernetes', '-n', 'default', '-o', 'jsonpath={.spec.clusterIP}');
  const pods = [...(await podsOf(services)), ...(await podsOf(sessions))];
  return new Map([
    [apiServer, 'api-server'],
    ...items.map(({ spec }): [string, string] => [spec.clusterIP, spec.selector?.[nameLabel] ?? '']),
    ...pods.map((pod): [string, string] => [pod.status.podIP ?? '', nameOf(pod)]),
  ]);
}

function nameOf({ namespace, metadata }: Pod & { namespace: string }): string {
  return namespace === sessions ? 'workers' : (metadata.labels[nameLabel] ?? metadata.name);
}

async function connectionsOf(
  pod: Pod & { namespace: string },
  names: ReadonlyMap<string, string>,
): Promise<Connection[]> {
  const read = ['exec', '-n', pod.namespace, pod.metadata.name, '--', 'cat', '/proc/net/tcp', '/proc/net/tcp6'];
  // A pod may go meanwhile. That too little was read shows as rules that nobody used.
  const all = socketsIn(await kubectl(...read).catch(() => ''));
  const listening = new Set(all.filter(({ listens }) => listens).map(({ localPort }) => localPort));
  return all.flatMap(({ localPort, remote, remotePort, listens }) => {
    const other = names.get(remote);
    if (listens || other === undefined) return [];
    const own = nameOf(pod);
    return listening.has(localPort)
      ? [{ from: other, to: own, port: localPort }]
      : [{ from: own, to: other, port: remotePort }];
  });
}

/** Lines of /proc/net/tcp and tcp6; of the latter those that are IPv4. */
function socketsIn(text: string): Socket[] {
  const line = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) /gm;
  return [...text.matchAll(line)].map(([, , localPort = '', remote = '', remotePort = '', state]) => ({
    localPort: Number.parseInt(localPort, 16),
    remote: addressOf(remote),
    remotePort: Number.parseInt(remotePort, 16),
    listens: state === '0A',
  }));
}

/** The last four bytes, which stand there in the order of a little-endian word. */
function addressOf(hex: string): string {
  const bytes = hex.slice(-8).match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}

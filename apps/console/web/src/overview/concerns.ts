import type { NodeView, ServiceView, SessionPage, SystemView } from '@muster/contracts';
import { count } from '@muster/wording';

export interface Seen {
  system?: Pick<SystemView, 'services'>;
  nodes?: readonly Pick<NodeView, 'name' | 'state' | 'pressure'>[];
  degraded?: Pick<SessionPage, 'items' | 'nextCursor'>;
}

export interface Concern {
  tone: 'warning' | 'bad';
  text: string;
}

/** What an operator should know of first, the worst first; empty = all is well. */
export function concernsOf({ system, nodes = [], degraded }: Seen): Concern[] {
  const failing = (system?.services ?? []).filter(({ state }) => isFailing(state));
  const down = nodes.filter(({ state }) => state === 'down');
  const missed = nodes.filter(({ state }) => state === 'suspect');
  const pressed = nodes.filter(({ state, pressure }) => state === 'ready' && pressure !== undefined);
  return [
    ...failing.map(({ service, state }) => bad(`${inWords[service]} ${failures[state] ?? state}`)),
    ...named(down, 'is down', 'are down').map(bad),
    ...named(missed, 'does not report', 'do not report').map(warning),
    ...named(pressed, 'takes no more for the moment', 'take no more for the moment').map(warning),
    ...degradedText(degraded).map(warning),
  ];
}

/** A service that leaves does as it was told. */
export function isFailing(state: ServiceView['state']): boolean {
  return state in failures;
}

const bad = (text: string): Concern => ({ tone: 'bad', text });
const warning = (text: string): Concern => ({ tone: 'warning', text });

const failures: Partial<Record<ServiceView['state'], string>> = {
  'not-ready': 'is not ready',
  unreachable: 'does not answer',
  'lease-ended': 'has let its lease end',
};

const inWords: Readonly<Record<ServiceView['service'], string>> = {
  auth: 'auth',
  'global-session': 'global session',
  session: 'a session service',
  'global-directory': 'global directory',
  relay: 'a relay',
};

/** One node by its name, several as a number. */
function named(nodes: readonly { name: string }[], one: string, many: string): string[] {
  if (nodes.length === 0) return [];
  return [nodes.length === 1 ? `node ${nodes[0]!.name} ${one}` : `${nodes.length} nodes ${many}`];
}

function degradedText(degraded: Seen['degraded']): string[] {
  const amount = degraded?.items.length ?? 0;
  if (amount === 0) return [];
  if (degraded!.nextCursor !== undefined) return [`more than ${amount} sessions are degraded`];
  return [`${count(amount, 'session')} ${amount === 1 ? 'is' : 'are'} degraded`];
}

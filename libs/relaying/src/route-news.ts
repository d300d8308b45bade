import type { EventFrame, HelloFrame, PeerState, Route, RouteTable, StreamPosition } from '@muster/contracts';

/** What clients hear when the table changes. */
export function newsBetween(before: RouteTable | undefined, after: RouteTable): EventFrame[] {
  const news: EventFrame[] = [];
  if (before !== undefined && (before.state !== after.state || before.reason !== after.reason))
    news.push({ kind: 'event', event: 'session', body: { state: after.state, reason: after.reason } });
  for (const peer of changedPeers(before, after)) news.push({ kind: 'event', event: 'peer', body: { ...peer } });
  if (after.warning !== undefined && before !== undefined && after.warning.id > (before.warning?.id ?? 0))
    news.push({ kind: 'event', event: 'warning', body: { text: after.warning.text } });
  return news;
}

export function peersOf(table: RouteTable): PeerState[] {
  return table.routes.map(peerOf);
}

function peerOf({ role, incarnation, state }: Route): PeerState {
  return { role, incarnation, state };
}

function changedPeers(before: RouteTable | undefined, after: RouteTable): PeerState[] {
  const known = new Map((before?.routes ?? []).map((route) => [route.role, route]));
  const changed = after.routes.filter((route) => {
    const earlier = known.get(route.role);
    known.delete(route.role);
    return earlier?.incarnation !== route.incarnation || earlier.state !== route.state;
  });
  return [...changed.map(peerOf), ...[...known.values()].map((gone) => ({ ...peerOf(gone), state: 'ended' }))];
}

/** An older table than the one that is known, from a holder that was replaced or a stream that came late. */
export function isOlder(table: RouteTable, known: RouteTable | undefined): boolean {
  if (known === undefined || table.epoch > known.epoch) return false;
  return table.epoch < known.epoch || table.view < known.view;
}

/**
 * Which streams go on and which begin at 1. In neither are roles whose first ack opens them: one that was never started, and a
 * worker with the SDK of which the client knows a later incarnation than this table, which is behind.
 */
export function sortStreams(
  hello: HelloFrame,
  routes: readonly Route[],
  canResume: (route: Route, known: StreamPosition) => boolean,
): { resumed: StreamPosition[]; fresh: { role: string; incarnation: number }[] } {
  const resumed: StreamPosition[] = [];
  const fresh: { role: string; incarnation: number }[] = [];
  for (const route of routes.filter(({ incarnation }) => incarnation > 0)) {
    const { role, incarnation } = route;
    const known = hello.streams.find((stream) => stream.role === role);
    if (known !== undefined && known.incarnation > incarnation && route.speaks === 'stream') continue;
    if (known?.incarnation === incarnation && canResume(route, known)) resumed.push(known);
    else fresh.push({ role, incarnation });
  }
  return { resumed, fresh };
}

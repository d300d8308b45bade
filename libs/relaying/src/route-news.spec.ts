import { describe, expect, it } from 'vitest';
import type { Route, RouteTable, SessionId } from '@muster/contracts';
import { isOlder, newsBetween, sortStreams } from './route-news.js';

const route = (role: string, incarnation = 1, state = 'running'): Route =>
  ({ role, incarnation, state, worker: `wrk_${role}`, speaks: 'stream' }) as Route;
const table = (change: Partial<RouteTable> = {}): RouteTable => ({
  session: 'ses_1' as SessionId,
  epoch: 3,
  view: 5,
  state: 'running',
  routes: [route('solver')],
  ...change,
});
const peer = (role: string, incarnation: number, state: string) => ({
  kind: 'event',
  event: 'peer',
  body: { role, incarnation, state },
});

describe('what clients hear of a change of routes', () => {
  it('is nothing when nothing changed for them', () => {
    expect(newsBetween(table(), table({ view: 6, epoch: 4 }))).toEqual([]);
  });

  it('is every peer that is new, changed or gone', () => {
    const after = table({ routes: [route('solver', 2, 'starting'), route('plot')] });
    expect(newsBetween(table({ routes: [route('solver'), route('model')] }), after)).toEqual([
      peer('solver', 2, 'starting'),
      peer('plot', 1, 'running'),
      peer('model', 1, 'ended'),
    ]);
  });

  it('is a warning once, and none from before', () => {
    const warning = { id: 7, text: 'ends soon' };
    expect(newsBetween(undefined, table({ routes: [], warning }))).toEqual([]);
    expect(newsBetween(table(), table({ warning }))).toEqual([
      { kind: 'event', event: 'warning', body: { text: 'ends soon' } },
    ]);
    expect(newsBetween(table({ warning }), table({ warning }))).toEqual([]);
  });
});

describe('a table of routes', () => {
  it('is old when its epoch is lower, or its view within the same epoch', () => {
    const known = table();
    const older = [table({ epoch: 2, view: 9 }), table({ view: 4 }), table(), table({ epoch: 4, view: 0 })];
    expect(older.map((each) => isOlder(each, known))).toEqual([true, true, false, false]);
    expect(isOlder(table(), undefined)).toBe(false);
  });
});

describe('streams of a client that comes back', () => {
  it('go on where worker and incarnation are the same and can, all others begin anew', () => {
    const known = ['solver', 'plot', 'http'].map((role) => ({ role, incarnation: 1, received: 9 }));
    const hello = { kind: 'hello' as const, clientId: 'c', streams: known };
    const routes = [route('solver'), route('plot', 2), route('http'), route('new'), route('never-started', 0)];
    expect(sortStreams(hello, routes, ({ role }) => role !== 'http')).toEqual({
      resumed: [{ role: 'solver', incarnation: 1, received: 9 }],
      fresh: [
        { role: 'plot', incarnation: 2 },
        { role: 'http', incarnation: 1 },
        { role: 'new', incarnation: 1 },
      ],
    });
  });

  it('wait for the relay where the client knows a later incarnation than its table; the relay ends the others itself', () => {
    const streams = ['solver', 'http'].map((role) => ({ role, incarnation: 2, received: 9 }));
    const routes = [route('solver'), { ...route('http'), speaks: 'http' as const }];
    const sorted = sortStreams({ kind: 'hello', clientId: 'c', streams }, routes, () => true);
    expect(sorted).toEqual({ resumed: [], fresh: [{ role: 'http', incarnation: 1 }] });
  });
});

import { expect, it } from 'vitest';
import { concernsOf } from './concerns.js';

it('has no concern while services and nodes do as they were told', () => {
  const services = [
    { service: 'auth', state: 'ready' },
    { service: 'session', state: 'leaving' },
  ] as const;
  const nodes = [
    { name: 'vm', state: 'ready' },
    { name: 'gpu', state: 'draining', pressure: 'memory' },
  ] as const;
  expect(concernsOf({ system: { services: [...services] }, nodes, degraded: { items: [] } })).toEqual([]);
});

it('names what does not work, the worst first', () => {
  const services = [
    { service: 'relay', state: 'lease-ended' },
    { service: 'auth', state: 'not-ready' },
    { service: 'session', state: 'unreachable' },
  ] as const;
  const nodes = [
    { name: 'a', state: 'suspect' },
    { name: 'b', state: 'down' },
    { name: 'c', state: 'ready', pressure: 'disk' },
    { name: 'd', state: 'ready', pressure: 'disk' },
  ] as const;
  expect(
    concernsOf({ system: { services: [...services] }, nodes }).map(({ tone, text }) => `${tone}: ${text}`),
  ).toEqual([
    'bad: a relay has let its lease end',
    'bad: auth is not ready',
    'bad: a session service does not answer',
    'bad: node b is down',
    'warning: node a does not report',
    'warning: 2 nodes take no more for the moment',
  ]);
});

it('counts the sessions that are degraded, as far as it sees', () => {
  const session = {} as never;
  expect(concernsOf({ degraded: { items: [session] } })[0]?.text).toBe('1 session is degraded');
  expect(concernsOf({ degraded: { items: [session, session], nextCursor: 'x' } })[0]?.text).toBe(
    'more than 2 sessions are degraded',
  );
});

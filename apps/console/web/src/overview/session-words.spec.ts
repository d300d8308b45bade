import { expect, it } from 'vitest';
import { ownFirst, since, why, workersInWords } from './session-words.js';

const role = (state: 'running' | 'starting') => ({ state, node: null, incarnation: 1 });

it('puts the own sessions first and keeps the order else', () => {
  const items = ['b', 'a', 'c', 'a'].map((owner, id) => ({ owner, id }));
  expect(ownFirst(items, 'a').map(({ id }) => id)).toEqual([1, 3, 0, 2]);
});

it('says since when a session is what it is', () => {
  const times = { createdAt: '1', startedAt: null, endedAt: null };
  expect(since(times)).toEqual({ what: 'asked for', at: '1' });
  expect(since({ ...times, startedAt: '2' })).toEqual({ what: 'started', at: '2' });
  expect(since({ ...times, startedAt: '2', endedAt: '3' })).toEqual({ what: 'ended', at: '3' });
});

it('says why a session waits, or why it is in its state', () => {
  expect(why({})).toBe('');
  expect(why({ reason: 'the owner closed it' })).toBe('the owner closed it');
  expect(why({ queue: { place: 2, estimatedStartMs: null } })).toBe('Place 2, start not known yet');
  expect(why({ queue: { place: 1, estimatedStartMs: 4000, explanation: '1 node lacks memory' } })).toBe(
    'Place 1, starts in about 4.0 s: 1 node lacks memory',
  );
});

it('counts workers that run and names the others, while a session has any', () => {
  const roles = { solver: role('running'), plot: role('starting') };
  expect(workersInWords({ state: 'running', roles })).toEqual({ text: '1 of 2 running', others: ['plot starting'] });
  expect(workersInWords({ state: 'queued', roles })).toBeUndefined();
  expect(workersInWords({ state: 'running', roles: {} })).toBeUndefined();
});

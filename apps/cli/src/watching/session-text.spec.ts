import { describe, expect, it } from 'vitest';
import type { PhaseView, SessionView } from '@muster/contracts/wire';
import { Paint } from '../output/paint.js';
import { newsText } from './news-text.js';
import { sessionsText, sessionText } from './session-text.js';
import { timelineText } from './timeline.js';

const paint = new Paint(false);
const createdAt = '2026-01-31T12:00:00.000Z';
const at = (ms: number): string => new Date(Date.parse(createdAt) + ms).toISOString();
const session = {
  id: 'ses_1',
  type: 'field-lab',
  project: 'cable\u001B[2J',
  owner: 'usr_1',
  state: 'running' as const,
  epoch: 1,
  roles: { solver: { state: 'running' as const, node: 'gpu-3', incarnation: 2, reason: 'it was restarted' } },
  createdAt,
  startedAt: at(1500),
  endedAt: null,
  timeline: [],
};
const reader = { paint, nowMs: Date.parse(at(61_500)), nameOf: () => 'ada' };

describe('a session, for people', () => {
  it('is told with its roles, by names and by how long ago', () => {
    expect(sessionText(session, reader)).toBe(
      [
        'session   ses_1',
        'type      field-lab',
        'project   cable',
        'owner     ada',
        'state     running',
        'created   62 s ago',
        'started   60 s ago, 1.5 s after it was asked for',
        '',
        'ROLE     STATE     NODE    INCARNATION   REASON',
        'solver   running   gpu-3             2   it was restarted',
        '',
      ].join('\n'),
    );
  });

  it('that waits says at which place, until when, and why', () => {
    const queue = { place: 2, estimatedStartMs: 4000, explanation: '1 node: 1 draining' };
    const waiting: SessionView = { ...session, state: 'queued' as const, roles: {}, startedAt: null, queue };
    expect(sessionText(waiting, reader)).toContain('waits     place 2, starts in about 4.0 s: 1 node: 1 draining\n');
  });

  it('that failed says in a list only how, and alone with the last words of its worker', () => {
    const failed = { ...session, state: 'failed' as const, reason: 'worker-failed: it ended with code 1\non fire' };
    expect(sessionsText([failed], reader)).toMatch(/failed +62 s ago +worker-failed: it ended with code 1\n/);
    expect(sessionText(failed, reader)).toContain('worker-failed: it ended with code 1 on fire');
  });

  it('shows the timeline of its start', () => {
    const timeline: PhaseView[] = [
      { phase: 'queued', at: at(0) },
      { phase: 'registered', at: at(900) },
      { phase: 'running', at: at(1500) },
    ];
    expect(sessionText({ ...session, timeline }, reader)).toContain(
      'PHASE         AFTER     TOOK\nqueued         0 ms     0 ms\nregistered   900 ms   900 ms\nrunning       1.5 s   600 ms\n',
    );
    expect(timelineText([], paint)).toBe('');
  });
});

describe('what happens to a session', () => {
  it.each([
    [
      { id: 1, at: at(94), kind: 'state', state: 'starting', text: 'looks for room' },
      '   94 ms  starting  looks for room',
    ],
    [
      {
        id: 2,
        at: at(485),
        kind: 'worker',
        role: 'model',
        worker: { state: 'ready', incarnation: 1, node: 'vm' },
        text: 'it has registered',
      },
      '  485 ms  model ready  it has registered',
    ],
    [
      { id: 3, at: at(2000), kind: 'progress', role: 'model', text: 'loading', done: 0.5 },
      '   2.0 s  model  loading (50 %)',
    ],
    [
      { id: 4, at: at(0), kind: 'state', state: 'failed', text: 'ended', reason: 'no licence' },
      '    0 ms  failed  ended: no licence',
    ],
    [
      { id: 5, at: at(0), kind: 'state', state: 'closing', text: 'closing: code 3', reason: 'code 3\nno licence' },
      '    0 ms  closing  closing: code 3 no licence',
    ],
    [
      {
        id: 6,
        at: at(0),
        kind: 'state',
        state: 'failed',
        text: 'failed: code 3 no licence',
        reason: 'code 3\nno licence',
      },
      '    0 ms  failed  failed: code 3 no licence',
    ],
    [{ kind: 'queue', queue: { place: 1, estimatedStartMs: null } }, '          waiting  place 1, start not known yet'],
    [{ kind: 'missed', firstId: 1, lastId: 3 }, '          events 1 to 3 are no longer kept'],
  ] as const)('is one line: %j', (news, line) => {
    expect(newsText(news, createdAt, paint)).toBe(line);
  });
});

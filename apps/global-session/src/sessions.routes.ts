import { SessionPage, SessionView, TicketView, WorkerPage } from '@muster/contracts';
import type { RouteDescription } from '@muster/platform';
import { eventStream, outputLines } from './stream-answers.js';

const ofSession = { id: 'Id of the session: `ses_...`' };

/** What each route of the sessions' controller is for and what it answers. */
export const sessionRoutes = {
  create: {
    summary: 'Start a session',
    more: 'Answers at once with the place in the queue; follow the events until it runs. The same `Idempotency-Key` with the same body answers the same session, however often it comes.',
    needs: 'sessions:write',
    status: 202,
    answer: SessionView,
    headers: { 'Idempotency-Key': '1 to 255 visible characters of your own' },
    answers: { Location: 'The address of the session' },
    problems: [
      'unknown-type',
      'conflict',
      'project-open',
      'never-placeable',
      'invalid-parameters',
      'over-limit',
      'idempotency-key-reused',
      'queue-full',
    ],
  },
  list: {
    summary: 'List sessions, newest first',
    more: 'Your own; operators and admins see those of everybody.',
    needs: 'sessions:read',
    answer: SessionPage,
  },
  get: {
    summary: 'Show one session',
    needs: 'sessions:read',
    path: ofSession,
    answer: SessionView,
    problems: ['unknown-session'],
  },
  close: {
    summary: 'End a session',
    more: 'Its workers are told, given their grace, and ended. To end it twice is no error.',
    needs: 'sessions:write',
    status: 202,
    path: ofSession,
    answer: SessionView,
    problems: ['unknown-session'],
  },
  events: {
    summary: 'Follow a session as it happens',
    more: 'A stream that stays open until the session or your token ends.',
    needs: 'sessions:read',
    path: ofSession,
    answer: eventStream,
    headers: { 'Last-Event-ID': 'Goes on after this event; without it from the first one that is kept' },
    problems: ['unknown-session'],
  },
  ticket: {
    summary: 'Get a ticket for one WebSocket to a session',
    more: "Good for one connection and a short time: `new WebSocket(url, 'muster.v1')`.",
    needs: 'sessions:write',
    status: 201,
    path: ofSession,
    answer: TicketView,
    problems: ['unknown-session', 'session-ended', 'conflict', 'not-ready'],
  },
  workers: {
    summary: 'List the workers of a session',
    needs: 'sessions:read',
    path: ofSession,
    answer: WorkerPage,
    problems: ['unknown-session'],
  },
  logs: {
    summary: 'Read the output of a worker',
    needs: 'sessions:read',
    path: { ...ofSession, role: 'Name of the role, as in the session type' },
    answer: outputLines,
    problems: ['unknown-session', 'unknown-role', 'session-ended', 'conflict', 'not-ready'],
  },
} satisfies Record<string, RouteDescription>;

import type { Schedule } from './schedule.js';

const nothingKept = {
  line: { of: 'client', index: 0 },
  keptUp: 0,
  keptDown: 0,
  dialerNoticesMs: 0,
  otherNoticesMs: 0,
} as const;

/** Schedules that once showed a fault, shrunk, and what the fault was. */
export const onceFound: readonly (readonly [fault: string, schedule: Omit<Schedule, 'seed'>])[] = [
  [
    'a worker kept the connection of a relay whose computer had vanished, and its clients, for ever',
    {
      clients: 1,
      relays: 1,
      steps: [{ afterMs: 0, do: 'kill-relay', relay: 0, isSilent: true, downMs: 0 }],
    },
  ],
  [
    'a relay that is the end of a stream took it up again after the client had begun another one at another relay',
    {
      clients: 1,
      relays: 3,
      steps: [
        { afterMs: 0, do: 'cut', ...nothingKept },
        {
          afterMs: 0,
          do: 'ask',
          client: 0,
          role: 'plain',
          takesMs: 0,
          bytes: 0,
          isBinary: false,
          isIdempotent: true,
          cancelAfterMs: null,
        },
        { afterMs: 557, do: 'cut', ...nothingKept, dialerNoticesMs: 20 },
      ],
    },
  ],
  [
    'a relay whose routes were behind made a client go back to an earlier incarnation of a worker',
    {
      clients: 2,
      relays: 2,
      steps: [
        { afterMs: 2000, do: 'lag-routes', relay: 0, ms: 20_000 },
        { afterMs: 500, do: 'restart-worker', role: 'model', downMs: 100 },
        { afterMs: 2000, do: 'push', client: 0, bytes: 10, isBinary: false, times: 3 },
        { afterMs: 500, do: 'cut', ...nothingKept },
      ],
    },
  ],
  [
    'a client that was forgotten before it had received anything did not hear that something was lost',
    {
      clients: 1,
      relays: 1,
      steps: [
        { afterMs: 0, do: 'offline', client: 0, ms: 200_000 },
        { afterMs: 1000, do: 'push', client: 0, bytes: 10, isBinary: false, times: 2 },
        { afterMs: 100_000, do: 'lag-routes', relay: 0, ms: 0 },
      ],
    },
  ],
  [
    'a worker took a message again from a client that it had forgotten before the client knew that it was taken',
    {
      clients: 1,
      relays: 1,
      steps: [
        { afterMs: 0, do: 'say', client: 0, bytes: 5, isBinary: false },
        { afterMs: 0, do: 'offline', client: 0, ms: 200_000 },
        { afterMs: 100_000, do: 'lag-routes', relay: 0, ms: 0 },
      ],
    },
  ],
  [
    'a worker followed its relay back to a connection that the relay had given up, and lost the client with it',
    {
      clients: 1,
      relays: 1,
      steps: [
        { afterMs: 0, do: 'cut', ...nothingKept, dialerNoticesMs: 2000 },
        { afterMs: 1000, do: 'stall', line: { of: 'leg', index: 0 }, lane: 'up', ms: 40_000 },
      ],
    },
  ],
];

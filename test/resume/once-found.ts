import type { Schedule } from './schedule.js';

/** Schedules that once showed a fault, shrunk, and what the fault was. */
export const onceFound: readonly (readonly [fault: string, schedule: Schedule])[] = [
  [
    'a worker kept the connection of a relay whose computer had vanished, and its clients, for ever',
    {
      seed: 0,
      clients: 1,
      relays: 1,
      steps: [{ afterMs: 0, do: 'kill-relay', relay: 0, isSilent: true, downMs: 0 }],
    },
  ],
];

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onceFound } from './once-found.js';
import { faultsOf } from './run-schedule.js';
import { anySchedule } from './schedule.js';

/** Which relay takes a client, and how late things come, changes with every change of the code: one seed would miss it soon. */
const seeds = Array.from({ length: 12 }, (_, seed) => seed);
const numRuns = Number(process.env['RESUME_RUNS'] ?? 120);

describe('a session over faulty connections', () => {
  it('delivers once and in order or says what is lost, answers each request once, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(anySchedule, async (schedule) => {
        expect(await faultsOf(schedule)).toEqual([]);
      }),
      { numRuns },
    );
  }, 3_600_000);

  it.each(onceFound)('has this fault no more: %s', async (_, schedule) => {
    for (const seed of seeds) expect(await faultsOf({ seed, ...schedule })).toEqual([]);
  });
});

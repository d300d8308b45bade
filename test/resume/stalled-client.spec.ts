import { closeCodes } from '@muster/contracts';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { watchLedgers } from './journal.js';
import { faultsInWhatIsSeen } from './properties.js';
import { bounds, relaySettings, World } from './world.js';

let stopWatching = (): void => undefined;
afterEach(() => stopWatching());

/** One client that reads nothing for a while; then everything flows again. Answers the codes that the relay closed with. */
async function stalled(
  world: World,
  { bytes, times, ms }: { bytes: number; times: number; ms: number },
): Promise<number[]> {
  const { clock, journal, clients } = world;
  stopWatching();
  stopWatching = watchLedgers(journal, bounds);
  await clock.advance(1000);
  clients[0]!.line!.stall('down', ms);
  world.push({ client: 0, bytes, isBinary: true, times });
  await clock.advance(ms + 60_000);
  return journal.closings.splice(0);
}

const messages = fc.record({
  seed: fc.nat({ max: 9999 }),
  bytes: fc.integer({ min: 300, max: 4000 }),
  times: fc.integer({ min: 8, max: 60 }),
});

describe('a client that does not read', () => {
  it('is closed as slow, comes back, and gets everything or hears of a gap', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.integer({ min: 11_000, max: 14_000 }), async ({ seed, ...of }, ms) => {
        const world = new World({ seed, clients: 1, relays: 2 });
        const closings = await stalled(world, { ...of, ms });
        expect(closings).toContain(closeCodes.slowClient.code);
        expect(world.clients[0]!.states).toEqual(['open', 'away', 'open']);
        world.push({ client: 0, bytes: 1, isBinary: false, times: 1 });
        await world.clock.advance(1000);
        expect(faultsInWhatIsSeen(world.journal, 0)).toEqual([]);
        expect(world.journal.seen[0]!.at(-1)).toMatchObject({ kind: 'message', label: world.journal.sent.size });
        expect(world.journal.breaches).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('is not closed when it reads on in time', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.integer({ min: 1, max: 9000 }), async ({ seed, ...of }, ms) => {
        const world = new World({ seed, clients: 1, relays: 1 });
        expect(ms).toBeLessThan(relaySettings.slowClientMs);
        expect(await stalled(world, { ...of, ms })).toEqual([]);
        expect(faultsInWhatIsSeen(world.journal, 0)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

import type { SessionId } from '@muster/contracts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aUser, startAdmission } from './testing/admission-under-test.js';

const ada = aUser('usr_ada');
const noRoom = { verdict: 'later' as const, explanation: { summary: 'all is taken', nodes: 1, reasons: [] } };
let under: Awaited<ReturnType<typeof startAdmission>>;

beforeEach(async () => {
  under = await startAdmission();
  await under.lease('a');
});
afterEach(() => under.close());

/** A session that runs, and one that waits for its room. */
async function oneRunsAndOneWaits(): Promise<{ running: SessionId; waiting: string }> {
  const first = await under.global.create(ada, { type: 'lab' });
  await under.global.round();
  const { _id: running } = await under.hold(first.id, { change: 'confirm' });
  const { id: waiting } = await under.global.create(ada, { type: 'lab' });
  return { running, waiting };
}

it('a session is tried again at once when another ended while there was no room for it', async () => {
  const { running, waiting } = await oneRunsAndOneWaits();
  under.directory.plan = async () => {
    under.directory.plan = async () => ({ verdict: 'now', placements: [] });
    await under.global.released(running);
    return noRoom;
  };
  await under.global.round();
  expect(await under.read(waiting)).toMatchObject({ granted: null, queue: { explanation: 'all is taken' } });
  await under.global.round();
  expect(await under.read(waiting)).toMatchObject({ granted: { holder: 'a' } });
});

it('a session that found no room is not tried in every round while nothing ends', async () => {
  const { waiting } = await oneRunsAndOneWaits();
  under.directory.answer = noRoom;
  await under.global.round();
  under.directory.answer = { verdict: 'now', placements: [] };
  await under.global.round();
  expect(await under.read(waiting)).toMatchObject({ granted: null });
});

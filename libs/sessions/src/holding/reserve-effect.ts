import type { ReservedPlacement } from '@muster/contracts';
import type { WorkerRecord } from '../session-document.js';
import type { Change, Member, PlacedMember } from './change.js';
import { NotYet, type EffectScene } from './effect-scene.js';
import type { PreparedStart } from './session-memory.js';
import { fenceOf, placementAskOf } from './start-command.js';

/** Asks the directory for room. The tokens of the starts are made here, so that the document has their hashes first. */
export async function reserve(members: Member[], gang: boolean, scene: EffectScene): Promise<Change[]> {
  const { document, memory, context, signal } = scene;
  const answer = await context.directory.reserve(placementAskOf(document, members, context.reservationMs), signal);
  if (answer.verdict === 'now') {
    memory.noRoom = null;
    const placed = answer.placements.flatMap((placement) => placedMember(placement, scene));
    return [{ change: 'place', members: placed }];
  }
  const { verdict, explanation } = answer;
  if (gang) memory.noRoom = { verdict, explanation };
  throw new NotYet(explanation.summary);
}

function placedMember(placement: ReservedPlacement, scene: EffectScene): PlacedMember[] {
  const { document, memory } = scene;
  const worker = Object.values(document.workers).find(({ id }) => id === placement.worker);
  if (worker === undefined) return [];
  const { role, incarnation } = worker;
  // Asked again after a write whose outcome nobody knows: the document may have the first tokens already.
  const prepared = memory.preparedOf(worker) ?? newTokens(worker, scene);
  memory.prepare(worker, prepared);
  // A node that reserves for our epoch obeys it; one that has older workers is fenced, so that it says what it has.
  const named = [...Object.values(document.workers), ...(document.strays ?? [])].some(
    ({ node }) => node === placement.node,
  );
  if (!named) memory.noteFenced(placement.node, placement.nodeEpoch);
  return [
    {
      role,
      incarnation,
      placement,
      joinTokenHash: prepared.joinTokenHash,
      sealedAcceptToken: prepared.sealedAcceptToken,
    },
  ];
}

function newTokens(worker: WorkerRecord, scene: EffectScene): PreparedStart {
  const { secrets } = scene.context;
  const join = secrets.newJoinToken(scene.document._id, worker);
  if (!isProgram(worker, scene))
    return { joinToken: join.token, joinTokenHash: join.hash, acceptToken: null, sealedAcceptToken: null };
  const accept = secrets.newAcceptToken(scene.document._id, worker);
  return { joinToken: join.token, joinTokenHash: null, acceptToken: accept.token, sealedAcceptToken: accept.sealed };
}

function isProgram({ role }: WorkerRecord, { document }: EffectScene): boolean {
  const { roles, workerTypes } = document.recipe;
  return workerTypes[roles[role]?.worker ?? '']?.registers !== 'self';
}

/** Reservations that came too late to be used: given back at once, else they expire. */
export async function releaseUnused(members: readonly PlacedMember[], scene: EffectScene): Promise<void> {
  const unused = members.filter(({ role, incarnation }) => {
    const worker = scene.document.workers[role];
    return worker?.incarnation !== incarnation || worker.state === 'pending' || worker.state === 'ended';
  });
  if (unused.length === 0) return;
  const fences = unused.map(({ placement, incarnation }) =>
    fenceOf(scene.document, { id: placement.worker, incarnation }),
  );
  await scene.context.directory.release({ fences }, scene.signal);
}

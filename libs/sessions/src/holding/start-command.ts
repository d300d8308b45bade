import { parametersOfRole } from '@muster/catalogue';
import type { Fence, PlacementAsk, PlacementItem, StartOnNode } from '@muster/contracts';
import type { SessionDocument, WorkerRecord } from '../session-document.js';
import type { Member } from './change.js';
import type { PreparedStart } from './session-memory.js';

export function fenceOf(document: SessionDocument, worker: Pick<WorkerRecord, 'id' | 'incarnation'>): Fence {
  return { session: document._id, epoch: document.epoch, worker: worker.id, incarnation: worker.incarnation };
}

/** Where a worker reaches its holder. */
export function controlUrlOf(address: string, document: SessionDocument, worker: WorkerRecord): string {
  return `${address}/control/${document._id}/${worker.id}`;
}

/** What the directory is asked for these members; what is placed already decides about `near` and `apart`. */
export function placementAskOf(
  document: SessionDocument,
  members: readonly Member[],
  reservationMs: number,
): PlacementAsk {
  const workers = members.flatMap(({ role }) => document.workers[role] ?? []);
  const asked = new Set(workers.map(({ role }) => role));
  const placed = Object.values(document.workers).flatMap(({ role, node, state }) =>
    node === null || asked.has(role) || state === 'ended' ? [] : [[role, node] as const],
  );
  return {
    session: document._id,
    epoch: document.epoch,
    items: workers.map((worker) => itemOf(document, worker)),
    placed: Object.fromEntries(placed),
    reservationMs,
  };
}

function itemOf({ recipe }: SessionDocument, { id, role, incarnation }: WorkerRecord): PlacementItem {
  const spec = recipe.roles[role];
  const type = spec === undefined ? undefined : recipe.workerTypes[spec.worker];
  if (spec === undefined || type === undefined) throw new TypeError(`the recipe ${recipe.name} has no role ${role}`);
  return {
    worker: id,
    role,
    workerType: type.name,
    incarnation,
    hardware: spec.hardware,
    ...(type.run.image === undefined ? {} : { images: type.run.image }),
    runsAsProcess: type.run.process !== undefined,
    near: bothWays(recipe, role, 'near'),
    apart: bothWays(recipe, role, 'apart'),
  };
}

/** Roles that this one names, and those that name it: one that is placed already cannot say so any more. */
function bothWays({ roles }: SessionDocument['recipe'], role: string, how: 'near' | 'apart'): string[] {
  const naming = Object.keys(roles).filter((each) => roles[each]?.[how].includes(role));
  return [...new Set([...(roles[role]?.[how] ?? []), ...naming])];
}

export function startCommandOf(
  document: SessionDocument,
  worker: WorkerRecord,
  start: PreparedStart,
  address: string,
): StartOnNode {
  const spec = document.recipe.roles[worker.role];
  const type = spec === undefined ? undefined : document.recipe.workerTypes[spec.worker];
  if (spec === undefined || type === undefined) throw new TypeError(`the recipe has no role ${worker.role}`);
  const plain = Object.entries(type.env).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const secret = Object.entries(type.env).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [[name, value.secret]],
  );
  return {
    nodeEpoch: worker.nodeEpoch ?? 0,
    fence: fenceOf(document, worker),
    role: worker.role,
    workerType: type.name,
    run: type.run,
    env: { ...Object.fromEntries(plain), ...ownVariables(document, worker, start, address) },
    secrets: Object.fromEntries(secret) as Record<string, string>,
    mounts: type.mounts,
    graceMs: type.shutdownGraceMs,
    startTimeoutMs: type.startTimeoutMs,
    reportTo: address,
    ...(type.registers === 'self' ? {} : { probe: type.registers.node }),
    ...(start.acceptToken === null ? {} : { acceptToken: start.acceptToken }),
  };
}

/** What the node cannot know; it adds where the worker binds, and its hardware. A program gets no token of ours. */
function ownVariables(
  document: SessionDocument,
  worker: WorkerRecord,
  { joinToken, acceptToken }: PreparedStart,
  address: string,
): Record<string, string> {
  return {
    MUSTER_SESSION_ID: document._id,
    MUSTER_WORKER_ID: worker.id,
    MUSTER_ROLE: worker.role,
    MUSTER_INCARNATION: String(worker.incarnation),
    MUSTER_CONTROL_URL: controlUrlOf(address, document, worker),
    // By the name that instrumented programs look for.
    ...(document.trace === undefined ? {} : { TRACEPARENT: document.trace }),
    MUSTER_PARAMETERS: JSON.stringify(parametersOfRole(document.recipe, worker.role, document.parameters)),
    ...(acceptToken === null ? { MUSTER_TOKEN: joinToken } : {}),
  };
}

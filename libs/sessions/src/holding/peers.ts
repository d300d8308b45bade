import type { Peer, Route, RouteTable } from '@muster/contracts';
import type { SessionDocument, WorkerRecord } from '../session-document.js';
import type { SessionSecrets } from './session-secrets.js';

/** A worker that can be called now. A stopping one takes no new calls; a lost one cannot be reached. */
function isReachable({ state, address, sealedAcceptToken }: WorkerRecord): boolean {
  return (state === 'ready' || state === 'running') && address !== null && sealedAcceptToken !== null;
}

function callable(
  document: SessionDocument,
  worker: WorkerRecord,
  secrets: SessionSecrets,
): { address?: string; acceptToken?: string } {
  if (!isReachable(worker)) return {};
  const acceptToken = secrets.open(worker.sealedAcceptToken ?? '', document._id, worker);
  return { address: worker.address ?? '', acceptToken };
}

/** Everybody else of the session, as one worker is told by `run`. */
export function peersOf(document: SessionDocument, role: string, secrets: SessionSecrets): Peer[] {
  return Object.values(document.workers)
    .filter((worker) => worker.role !== role)
    .map((worker) => ({
      role: worker.role,
      workerId: worker.id,
      incarnation: worker.incarnation,
      state: worker.state,
      ...callable(document, worker, secrets),
      registers: registersOf(document, worker),
    }));
}

function registersOf({ recipe }: SessionDocument, { role }: WorkerRecord): 'self' | 'node' {
  const type = recipe.workerTypes[recipe.roles[role]?.worker ?? ''];
  return type === undefined || type.registers === 'self' ? 'self' : 'node';
}

/** What relays need: where each role is and what it speaks. */
export function routeTableOf(document: SessionDocument, secrets: SessionSecrets): RouteTable {
  const warning = document.events.findLast(({ kind }) => kind === 'warning');
  return {
    session: document._id,
    epoch: document.epoch,
    view: document.view,
    state: document.state,
    ...(document.reason === null ? {} : { reason: document.reason }),
    routes: Object.values(document.workers).map((worker) => routeOf(document, worker, secrets)),
    ...(warning === undefined ? {} : { warning: { id: warning.id, text: warning.text } }),
  };
}

function routeOf(document: SessionDocument, worker: WorkerRecord, secrets: SessionSecrets): Route {
  const { role, id, incarnation, state } = worker;
  const speaks = worker.speaks ?? (registersOf(document, worker) === 'node' ? 'program' : 'http');
  // What clients ask of a worker waits until it has its initial data; it would refuse them. Peers try again themselves.
  const place = worker.initialised ? callable(document, worker, secrets) : {};
  return { role, worker: id, incarnation, state, ...place, speaks };
}

import { parametersOfRole } from '@muster/catalogue';
import type { WorkerRecord } from '../session-document.js';
import type { Change } from './change.js';
import type { Effect } from './effect.js';
import type { EffectScene } from './effect-scene.js';
import { peersOf } from './peers.js';
import type { WorkerTarget } from './ports.js';
import { controlUrlOf } from './start-command.js';

export type WorkerCall = Extract<Effect, { effect: 'init' | 'run' | 'shutdown' }>;

/** Calls the worker itself; resolves with what follows when it answered well. */
export async function callWorker(worker: WorkerRecord, effect: WorkerCall, scene: EffectScene): Promise<Change[]> {
  const { document, context, memory, signal } = scene;
  const { role, incarnation } = worker;
  const target = targetOf(worker, scene);
  const controlUrl = controlUrlOf(context.address, document, worker);
  const { epoch, view, project } = document;
  switch (effect.effect) {
    case 'init': {
      const parameters = parametersOfRole(document.recipe, role, document.parameters);
      const request = { sessionId: document._id, role, incarnation, epoch, controlUrl, project, parameters };
      await context.workers.init(target, request, signal);
      return [{ change: 'initialised', role, incarnation }];
    }
    case 'run': {
      const peers = peersOf(document, role, context.secrets);
      await context.workers.run(target, { view, epoch, controlUrl, peers }, signal);
      return [{ change: 'ran', role, incarnation, view }];
    }
    case 'shutdown': {
      const reason = worker.reason ?? 'the session ends';
      await context.workers.shutdown(target, { reason, graceMs: effect.graceMs }, signal);
      memory.noteTold(worker, 'told');
      return [];
    }
  }
}

function targetOf(worker: WorkerRecord, { document, context }: EffectScene): WorkerTarget {
  const { address, sealedAcceptToken, incarnation } = worker;
  if (address === null || sealedAcceptToken === null) throw new TypeError(`${worker.role} has not registered`);
  const acceptToken = context.secrets.open(sealedAcceptToken, document._id, worker);
  return { address, acceptToken, session: document._id, epoch: document.epoch, incarnation };
}

import type { SessionDocument } from '../session-document.js';
import type { Change } from './change.js';
import { draftOf, note, type Draft } from './draft.js';
import * as session from './session-changes.js';
import { dropStray, noteStrays } from './stray-changes.js';
import * as worker from './worker-changes.js';

/** The document after the changes; the same object when none of them applied. Throws ForbiddenTransition. */
export function applyChanges(document: SessionDocument, changes: readonly Change[], nowMs: number): SessionDocument {
  const draft = draftOf(document, nowMs);
  const applied = changes.map((change) => applyChange(draft, change));
  return applied.includes(true) ? draft.document : document;
}

function applyChange(draft: Draft, change: Change): boolean {
  switch (change.change) {
    case 'confirm':
      return session.confirm(draft);
    case 'adopt':
      return session.adopt(draft);
    case 'close':
      return session.close(draft, change.outcome, change.reason);
    case 'requeue':
      return session.requeue(draft, change.explanation);
    case 'pass-barrier':
      return session.passBarrier(draft);
    case 'settle':
      return session.settle(draft, change.state);
    case 'finish':
      return session.finish(draft);
    case 'warn':
      note(draft, { kind: 'warning', text: change.text });
      return true;
    case 'progress':
      note(draft, { kind: 'progress', role: change.role, text: change.text, ...doneOf(change) });
      return true;
    case 'note-strays':
      return noteStrays(draft, change.strays);
    case 'drop-stray':
      return dropStray(draft, change.stray);
    default:
      return applyToWorker(draft, change);
  }
}

type WorkerChange = Exclude<
  Change,
  | { change: 'confirm' | 'adopt' | 'close' | 'requeue' | 'pass-barrier' | 'settle' | 'finish' | 'warn' | 'progress' }
  | { change: 'note-strays' | 'drop-stray' }
>;

function applyToWorker(draft: Draft, change: WorkerChange): boolean {
  switch (change.change) {
    case 'place':
      return worker.place(draft, change.members);
    case 'start-taken':
      return worker.startTaken(draft, change);
    case 'register':
      return worker.register(draft, change);
    case 'initialised':
      return worker.initialised(draft, change);
    case 'ran':
      return worker.ran(draft, change);
    case 'stop':
      return worker.stop(draft, change);
    case 'lose':
      return worker.lose(draft, change);
    case 'find':
      return worker.find(draft, change);
    case 'next-incarnation':
      return worker.nextIncarnation(draft, change);
    case 'end':
      return worker.end(draft, change);
  }
}

function doneOf({ done }: { done?: number }): { done?: number } {
  return done === undefined ? {} : { done };
}

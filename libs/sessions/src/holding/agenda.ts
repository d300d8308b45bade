import type { ResolvedRole, ResolvedWorkerType } from '@muster/contracts';
import type { SessionDocument, WorkerRecord } from '../session-document.js';
import type { Change } from './change.js';
import type { Effect } from './effect.js';
import type { HeldFacts } from './held-facts.js';

/** What to do next. Effects wait until there is no change left to write. */
export interface NextSteps {
  changes: Change[];
  effects: Effect[];
  /** When to look again if nothing happens before; null = only when something happens. */
  wakeAtMs: number | null;
}

/** Collects the next steps of one look at a session. */
export class Agenda implements NextSteps {
  readonly changes: Change[] = [];
  readonly effects: Effect[] = [];
  wakeAtMs: number | null = null;

  constructor(
    readonly document: SessionDocument,
    readonly facts: HeldFacts,
  ) {}

  get workers(): WorkerRecord[] {
    return Object.values(this.document.workers);
  }

  /** Whether the time has come; if not, the session is looked at again then. */
  due(atMs: number): boolean {
    if (this.facts.nowMs >= atMs) return true;
    this.wakeAtMs = Math.min(this.wakeAtMs ?? atMs, atMs);
    return false;
  }

  roleOf(worker: WorkerRecord): ResolvedRole {
    const role = this.document.recipe.roles[worker.role];
    if (role === undefined) throw new TypeError(`session ${this.document._id} has no role ${worker.role}`);
    return role;
  }

  typeOf(worker: WorkerRecord): ResolvedWorkerType {
    const type = this.document.recipe.workerTypes[this.roleOf(worker).worker];
    if (type === undefined) throw new TypeError(`session ${this.document._id} has no type for role ${worker.role}`);
    return type;
  }

  isMandatory(worker: WorkerRecord): boolean {
    return this.roleOf(worker).mandatory;
  }
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MusterError, type SessionId } from '@muster/contracts';
import { updateDocument } from '@muster/store';
import { FakeClock } from '@muster/testing';
import { applyChanges } from '../holding/apply-changes.js';
import type { Change } from '../holding/change.js';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { ledgerCollection, lockCollection, type LedgerDocument, type LockDocument } from './documents.js';
import type { GlobalSession } from './global-session.js';
import { aUser } from './testing/admission-under-test.js';
import { replicaOver } from './testing/stepped-replica.js';
import { SteppedStore } from './testing/stepped-store.js';

const ada = aUser('usr_ada');
const limit = { sessions: 2, cpuMillis: null, memoryBytes: null, gpus: null };
const noRoom = { summary: 'gone', nodes: 1, reasons: [] };

type Action =
  | { do: 'create'; replica: number; project?: string; key?: string }
  | { do: 'close'; replica: number; session: number }
  | { do: 'round' | 'reconcile'; replica: number }
  | { do: 'confirm' | 'requeue' | 'finish'; session: number; isTold: boolean; replica: number }
  | { do: 'kill'; replica: number; lastCalls: 'lost' | 'done' };

const replica = fc.nat(1);
const session = fc.nat(5);
const anAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record(
    {
      do: fc.constant('create' as const),
      replica,
      project: fc.constantFrom('p', 'q'),
      key: fc.constantFrom('one', 'two'),
    },
    { requiredKeys: ['do', 'replica'] },
  ),
  fc.record({ do: fc.constant('close' as const), replica, session }),
  fc.record({ do: fc.constantFrom('round' as const, 'reconcile' as const), replica }),
  fc.record({ do: fc.constantFrom('round' as const, 'reconcile' as const), replica }),
  fc.record({
    do: fc.constantFrom('confirm' as const, 'requeue' as const, 'finish' as const),
    session,
    isTold: fc.boolean(),
    replica,
  }),
  fc.record({
    do: fc.constant('kill' as const),
    replica,
    lastCalls: fc.constantFrom('lost' as const, 'done' as const),
  }),
);

/** Two replicas of global session and one session service over one database, in an order that the test decides. */
class Story {
  readonly store = new SteppedStore();
  readonly sessions = this.store.documents<SessionDocument>(sessionCollection);
  readonly ledgers = this.store.documents<LedgerDocument>(ledgerCollection);
  readonly locks = this.store.documents<LockDocument>(lockCollection);
  readonly clock = new FakeClock();
  /** Sessions that somebody was told of. */
  readonly answered = new Set<string>();
  private readonly replicas: { process: string; global: GlobalSession }[] = [];
  private readonly underWay = new Map<Promise<unknown>, string>();
  private made = 0;

  constructor() {
    this.replicas.push(this.makeReplica(), this.makeReplica());
    this.openRoom();
  }

  async begin(action: Action): Promise<void> {
    const { process, global } = this.replicas[action.replica] as (typeof this.replicas)[number];
    switch (action.do) {
      case 'create': {
        const { project, key } = action;
        const request = { type: 'lab', ...(project === undefined ? {} : { project }) };
        return this.follow(process, async () => void this.answered.add((await global.create(ada, request, key)).id));
      }
      case 'close':
        return this.onSession(action.session, process, async (id) => void (await global.close(ada, id)));
      case 'round':
        return this.follow(process, () => global.round());
      case 'reconcile':
        return this.follow(process, () => global.reconcileNow());
      case 'kill':
        return this.kill(action);
      default:
        return this.hold(action);
    }
  }

  /** Lets one of the calls that wait through. */
  async step(choice: number): Promise<void> {
    if (this.store.waiting.length > 0) await this.store.take(choice % this.store.waiting.length);
    await settled();
  }

  /** Until nobody waits for anything; who lost a write pauses in real time. */
  async finish(): Promise<void> {
    while (this.underWay.size > 0) {
      await this.step(0);
      if (this.store.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** What must be so at every moment. */
  check(): void {
    const granted = [...this.sessions.kept.values()].filter(
      (session) => session.live && (session.granted !== null || session.holder !== null),
    );
    const open = granted.flatMap(({ project }) => (project === null ? [] : [project]));
    expect(new Set(open).size, 'a project is open once').toBe(open.length);
    const entries = this.ledgers.kept.get(ada.userId)?.entries ?? {};
    const unpaid = granted.filter(({ _id, epoch }) => !(_id in entries) || (entries[_id]?.epoch ?? 0) > epoch);
    expect(
      unpaid.map(({ _id }) => _id),
      'every granted session is in the ledger',
    ).toEqual([]);
    expect(granted.length, 'limit').toBeLessThanOrEqual(limit.sessions);
  }

  /** What must be so when everything has settled and was reconciled. */
  checkEnd(): void {
    this.check();
    const live = [...this.sessions.kept.values()].filter((session) => session.live);
    const granted = live.filter((session) => session.granted !== null || session.holder !== null);
    const entries = this.ledgers.kept.get(ada.userId)?.entries ?? {};
    expect(Object.keys(entries).sort()).toEqual(granted.map(({ _id }) => _id).sort());
    const locks = [...this.locks.kept.values()].map(({ _id, session }) => `${_id} ${session}`);
    const needed = granted.flatMap(({ _id, owner, project }) =>
      project === null ? [] : [`${owner}/${project} ${_id}`],
    );
    expect(locks).toEqual(expect.arrayContaining(needed));
    expect(
      [...this.answered].filter((id) => !this.sessions.kept.has(id)),
      'answered sessions exist',
    ).toEqual([]);
    const waiting = live.filter((session) => session.granted === null && session.holder === null);
    if (waiting.length > 0) expect(granted.length, `${waiting.length} wait`).toBe(limit.sessions);
  }

  async quiet(): Promise<void> {
    await this.finish();
    for (const times of [0, 1, 2, 3]) {
      await this.clock.advance(times * 3000);
      this.openRoom();
      await this.begin({ do: 'reconcile', replica: 0 });
      await this.finish();
      await this.begin({ do: 'round', replica: times % 2 });
      await this.finish();
    }
  }

  private openRoom(): void {
    const services = this.store.documents({ name: 'services' });
    const kept = services.kept.get('session/h');
    const lease = { _id: 'session/h', version: 1, instance: 'h', kind: 'session', address: 'http://h', capacity: 9 };
    services.kept.set('session/h', { ...lease, held: 0, leaving: false, rev: (kept?.rev ?? 0) + 1 } as never);
  }

  private hold(action: Extract<Action, { isTold: boolean }>): Promise<void> {
    const changes: Record<typeof action.do, Change[]> = {
      confirm: [{ change: 'confirm' }],
      requeue: [{ change: 'confirm' }, { change: 'requeue', explanation: noRoom }],
      finish: [{ change: 'confirm' }, { change: 'close', outcome: 'closed', reason: 'done' }, { change: 'finish' }],
    };
    return this.onSession(action.session, 'h', async (id) => {
      const sessions = this.store.openFor('h').collection<SessionDocument>(sessionCollection);
      const change = (document: SessionDocument): SessionDocument | undefined => {
        if (!document.live || (document.granted === null && document.holder === null)) return undefined;
        return applyChanges(document, changes[action.do], this.clock.nowMs());
      };
      const written = await updateDocument(sessions, id, change);
      if (written === undefined || action.do === 'confirm' || !action.isTold) return;
      const { process, global } = this.replicas[action.replica] as (typeof this.replicas)[number];
      void this.follow(process, () => global.released(id));
    });
  }

  private async onSession(nth: number, process: string, task: (id: SessionId) => Promise<void>): Promise<void> {
    const ids = [...this.sessions.kept.keys()] as SessionId[];
    const id = ids[nth % Math.max(1, ids.length)];
    if (id !== undefined) await this.follow(process, () => task(id));
  }

  private async kill({ replica, lastCalls }: Extract<Action, { do: 'kill' }>): Promise<void> {
    const { process } = this.replicas[replica] as (typeof this.replicas)[number];
    this.replicas[replica] = this.makeReplica();
    await this.store.kill(process, lastCalls);
    for (const [task, of] of this.underWay) if (of === process) this.underWay.delete(task);
  }

  private async follow(process: string, task: () => Promise<void>): Promise<void> {
    const followed = task().catch((error: unknown) => {
      if (!(error instanceof MusterError)) throw error;
    });
    const done = followed.finally(() => this.underWay.delete(done));
    this.underWay.set(done, process);
    await settled();
  }

  private makeReplica(): (typeof this.replicas)[number] {
    const process = `replica ${(this.made += 1)}`;
    const limits = { user: limit, operator: limit, admin: limit };
    const global = replicaOver(this.store, process, { clock: this.clock, grantConfirmMs: 1e9, leaseMs: 1e9, limits });
    return { process, global };
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('whatever the order of what replicas and session services do, and whoever dies at any moment', () => {
  it('a project is open once, the ledger is never too low, and what was answered is there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anAction, { minLength: 4, maxLength: 16 }),
        fc.array(fc.nat(9999), { minLength: 40, maxLength: 400 }),
        async (actions, choices) => {
          const story = new Story();
          const left = [...actions];
          for (const choice of choices) {
            const next = choice % 6 === 0 ? left.shift() : undefined;
            if (next !== undefined) await story.begin(next);
            else await story.step(Math.floor(choice / 6));
            story.check();
          }
          await story.quiet();
          story.checkEnd();
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);
});

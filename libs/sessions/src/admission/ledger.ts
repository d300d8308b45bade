import type { SessionId, UserId, UserRole } from '@muster/contracts';
import { DuplicateKey, RevisionConflict, updateDocument, type Collection, type DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { ledgerCollection, type LedgerDocument, type LedgerRecord } from './documents.js';
import { readAll, readByIds } from './read-all.js';
import { addUsage, demandOf, excessOf, noUsage, type LimitsByRole, type Usage } from './user-limits.js';

/**
 * What each user's sessions take, one document per user. An entry is written before its grant and removed after the end, so
 * the sum is never too low; a reconcile makes it equal. Limits hold however many replicas grant at once: the check and the
 * entry are one write.
 */
export class Ledger {
  private readonly ledgers: Collection<LedgerDocument>;
  private readonly sessions: Collection<SessionDocument>;

  constructor(
    store: DocumentStore,
    private readonly limits: LimitsByRole,
  ) {
    this.ledgers = store.collection(ledgerCollection);
    this.sessions = store.collection(sessionCollection);
  }

  /** Notes the user's role, by which the limits go. */
  async know(user: UserId, role: UserRole): Promise<void> {
    const kept = await updateDocument(this.ledgers, user, (ledger) =>
      ledger.role === role ? undefined : { ...ledger, role },
    );
    if (kept !== undefined) return;
    try {
      await this.ledgers.insert({ _id: user, version: 1, role, entries: {} });
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
      await this.know(user, role);
    }
  }

  /** Books a session for the grant of `epoch`; false when it would exceed a limit. May be repeated. */
  async book(session: SessionDocument, epoch: number): Promise<boolean> {
    let fits = true;
    const demand = demandOf(session.recipe);
    const book = (ledger: LedgerDocument): LedgerDocument | undefined => {
      const { [session._id]: _own, ...others } = ledger.entries;
      fits = excessOf(sumOf(others), demand, this.limits[ledger.role]).length === 0;
      return fits ? { ...ledger, entries: { ...ledger.entries, [session._id]: { ...demand, epoch } } } : undefined;
    };
    if ((await updateDocument(this.ledgers, session.owner, book)) !== undefined) return fits;
    await this.know(session.owner, 'user');
    return this.book(session, epoch);
  }

  /** Removes the entry of a session that has ended or is granted to nobody, if it is not of a grant that comes. */
  async release({ _id, owner, epoch, live }: Pick<SessionDocument, '_id' | 'owner' | 'epoch' | 'live'>): Promise<void> {
    await updateDocument(this.ledgers, owner, (ledger) => {
      const { [_id]: own, ...entries } = ledger.entries;
      return own === undefined || (live && own.epoch > epoch) ? undefined : { ...ledger, entries };
    });
  }

  /** The ledgers of those whose sessions wait. An entry of what waits is of a grant that is over, or not yet written: left out. */
  async of(waiting: readonly SessionDocument[]): Promise<Map<UserId, { role: UserRole; usage: Usage }>> {
    const ids = new Set(waiting.map(({ _id }) => _id));
    const ledgers = await readByIds(
      this.ledgers,
      waiting.map(({ owner }) => owner),
    );
    return new Map([...ledgers].map(([user, { role, entries }]) => [user, { role, usage: sumOf(entries, ids) }]));
  }

  /** Makes every ledger equal to what its sessions are. Answers how many entries went. */
  async reconcile(): Promise<number> {
    let removed = 0;
    for (const ledger of await readAll(this.ledgers, {})) removed += await this.reconcileOne(ledger);
    return removed;
  }

  private async reconcileOne(ledger: LedgerDocument): Promise<number> {
    const entries = Object.entries(ledger.entries) as [SessionId, LedgerRecord][];
    if (entries.length === 0) return 0;
    const sessions = await readByIds(
      this.sessions,
      entries.map(([id]) => id),
    );
    const kept: typeof entries = [];
    for (const [id, entry] of entries) if (!(await this.isOver(sessions.get(id), entry))) kept.push([id, entry]);
    if (kept.length === entries.length) return 0;
    return (await this.replaceUnchanged({ ...ledger, entries: Object.fromEntries(kept) }))
      ? entries.length - kept.length
      : 0;
  }

  /** Only as it was before the sessions were looked at: an entry that was written since may be of a grant that comes. */
  private async replaceUnchanged(ledger: LedgerDocument): Promise<boolean> {
    try {
      await this.ledgers.replace(ledger);
      return true;
    } catch (error) {
      if (error instanceof RevisionConflict) return false;
      throw error;
    }
  }

  /** Positive evidence that the entry's grant is over, or can never be written any more. */
  private async isOver(session: SessionDocument | undefined, entry: LedgerRecord): Promise<boolean> {
    if (session === undefined || !session.live) return true;
    if (session.state !== 'queued' || session.granted !== null) return false;
    return session.epoch >= entry.epoch || this.forestall(session);
  }

  /** A grant that is about to be written matches the document's `rev`: a write of the same content lets it fail. */
  private async forestall(session: SessionDocument): Promise<boolean> {
    try {
      await this.sessions.replace(session);
      return true;
    } catch (error) {
      if (error instanceof RevisionConflict) return false;
      throw error;
    }
  }
}

function sumOf(entries: Record<SessionId, Usage>, except: ReadonlySet<string> = new Set()): Usage {
  const counted = Object.entries<Usage>(entries).filter(([id]) => !except.has(id));
  return counted.reduce((sum, [, usage]) => addUsage(sum, usage), noUsage);
}

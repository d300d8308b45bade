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

  /** Removes a session's entry, if it is not of a later grant than the document. */
  async release({ _id, owner, epoch }: Pick<SessionDocument, '_id' | 'owner' | 'epoch'>): Promise<void> {
    await updateDocument(this.ledgers, owner, (ledger) => {
      const { [_id]: own, ...entries } = ledger.entries;
      return own === undefined || own.epoch > epoch ? undefined : { ...ledger, entries };
    });
  }

  /** The ledgers of these users. */
  async of(users: Iterable<UserId>): Promise<Map<UserId, { role: UserRole; usage: Usage }>> {
    const ledgers = await readByIds(this.ledgers, users);
    return new Map([...ledgers].map(([user, { role, entries }]) => [user, { role, usage: sumOf(entries) }]));
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
    let removed = 0;
    for (const [id, entry] of entries) {
      const session = sessions.get(id);
      if (!(await this.isOver(session, entry))) continue;
      await this.release({ _id: id, owner: ledger._id, epoch: entry.epoch });
      removed += 1;
    }
    return removed;
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

function sumOf(entries: Record<string, Usage>): Usage {
  return Object.values(entries).reduce(addUsage, noUsage);
}

import { MusterError, type Revocation, type RevocationPage } from '@muster/contracts';
import type { Clock, RandomSource } from '@muster/platform';
import { DuplicateKey, type Collection, type DocumentStore, type StoredDocument, type Where } from '@muster/store';

interface RevocationDocument extends StoredDocument, Omit<Revocation, 'at'> {
  atMs: number;
}

interface FeedDocument extends StoredDocument {
  feedId: string;
}

/** What is revoked; number and time are the feed's. */
export type NewRevocation = Omit<Revocation, 'number' | 'at'>;

export interface RevocationFeedSettings {
  /** Revocations older than this matter to nobody: every token they could touch has ended. */
  windowMs: number;
  /** How long entries are kept, so that a follower that was away can go on where it was. Longer than `windowMs`. */
  keepMs: number;
  pageSize: number;
}

export const defaultRevocationFeed: RevocationFeedSettings = {
  windowMs: 900_000,
  keepMs: 24 * 3_600_000,
  pageSize: 500,
};

const maxAttempts = 50;

/**
 * All revocations of the installation, numbered from 1 without gaps: the next number is the next entry's `_id`, so that of
 * two writers one is refused and takes the number after. After a restore of the database the feed must get a new id.
 */
export class RevocationFeed {
  private readonly entries: Collection<RevocationDocument>;
  private readonly feeds: Collection<FeedDocument>;
  private readonly settings: RevocationFeedSettings;

  constructor(
    store: DocumentStore,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    settings: Partial<RevocationFeedSettings> = {},
  ) {
    this.settings = { ...defaultRevocationFeed, ...settings };
    this.feeds = store.collection({ name: 'revocation-feed', indexes: [] });
    this.entries = store.collection({
      name: 'revocations',
      indexes: [
        { name: 'number', fields: ['number'], unique: true },
        { name: 'at', fields: ['atMs'] },
      ],
    });
  }

  /** Durable when it resolves. To be called after the write that made it true; entries may be repeated. */
  async append(revocation: NewRevocation): Promise<number> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const number = (await this.lastNumber()) + 1;
      try {
        await this.entries.insert({ ...revocation, _id: idOf(number), version: 1, number, atMs: this.clock.nowMs() });
        return number;
      } catch (error) {
        if (!(error instanceof DuplicateKey)) throw error;
      }
    }
    throw new MusterError('store-unavailable', 'the revocation feed is too busy', { retryAfterMs: 1000 });
  }

  /** Where the feed stands. Read it before the facts that go into a token. */
  async position(): Promise<{ id: string; number: number }> {
    return { id: await this.feedId(), number: await this.lastNumber() };
  }

  /** Entries after `after`, oldest first; without it, or for another feed, all that still matter. */
  async read(query: { feed?: string; after?: number }): Promise<RevocationPage> {
    const { id, number: last } = await this.position();
    const goesOn = query.feed === id && query.after !== undefined && query.after <= last;
    const where: Where = goesOn
      ? { number: { gt: query.after ?? 0 } }
      : { atMs: { gte: this.clock.nowMs() - this.settings.windowMs } };
    const { items } = await this.entries.find({
      where,
      sort: [{ field: 'number', direction: 'ascending' }],
      limit: this.settings.pageSize,
    });
    return { feed: id, last, entries: items.map(toRevocation) };
  }

  /** Begins a feed with another id: for the operator who has restored the database. All user tokens made before are void. */
  async renew(): Promise<void> {
    const current = await this.feeds.get('feed');
    if (current === undefined) await this.feedId();
    else await this.feeds.replace({ ...current, feedId: this.random.secret(12) });
  }

  /** Removes what is older than `keepMs`; never the newest entry, which holds the number. */
  async prune(): Promise<void> {
    const last = await this.lastNumber();
    const { items } = await this.entries.find({
      where: { atMs: { lt: this.clock.nowMs() - this.settings.keepMs } },
      sort: [{ field: 'number', direction: 'ascending' }],
      limit: this.settings.pageSize,
    });
    for (const entry of items) if (entry.number < last) await this.entries.remove(entry._id);
  }

  private async lastNumber(): Promise<number> {
    const { items } = await this.entries.find({ sort: [{ field: 'number', direction: 'descending' }], limit: 1 });
    return items[0]?.number ?? 0;
  }

  private async feedId(): Promise<string> {
    const kept = await this.feeds.get('feed');
    if (kept !== undefined) return kept.feedId;
    try {
      return (await this.feeds.insert({ _id: 'feed', version: 1, feedId: this.random.secret(12) })).feedId;
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
      return this.feedId();
    }
  }
}

function idOf(number: number): string {
  return String(number).padStart(12, '0');
}

function toRevocation(document: RevocationDocument): Revocation {
  const { number, atMs, kind, subject, userId, belowVersion, reason } = document;
  const at = new Date(atMs).toISOString();
  return { number, at, kind, subject, userId, reason, ...(belowVersion === undefined ? {} : { belowVersion }) };
}

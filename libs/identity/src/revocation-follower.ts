import { MusterError, type Revocation, type RevocationPage } from '@muster/contracts';
import { Periodic, type Clock, type RandomSource } from '@muster/platform';
import type { UserPrincipal } from './principal.js';
import { isTakenBy, type Standing } from './standing.js';

/** Reads the feed: `RevocationFeed.read` in auth itself, `GET /internal/v1/auth/revocations` elsewhere. */
export type ReadRevocations = (query: { feed?: string; after?: number }) => Promise<RevocationPage>;

export interface RevocationFollowerSettings {
  periodMs: number;
  /** Without an answer for so long the feed counts as lost. */
  lostAfterMs: number;
  /** While the feed is lost, a token that was not seen before must be younger than this. */
  youngTokenMs: number;
  /** How long a revocation is remembered: longer than any user token lives. */
  rememberMs: number;
  maxRemembered: number;
}

export const defaultRevocationFollower: RevocationFollowerSettings = {
  periodMs: 1000,
  lostAfterMs: 10_000,
  youngTokenMs: 60_000,
  rememberMs: 900_000,
  maxRemembered: 100_000,
};

export interface RevocationFollowerParts {
  read: ReadRevocations;
  clock: Clock;
  random: RandomSource;
  onError?: (error: unknown) => void;
}

interface Remembered {
  revocation: Revocation;
  atMs: number;
}

type Listener = (revocation: Revocation) => void;

/**
 * Knows what is revoked, by following the feed. When it has lost the feed it accepts less, never more: what was accepted
 * before goes on until it ends, and of new tokens only young ones are taken.
 */
export class RevocationFollower {
  private readonly settings: RevocationFollowerSettings;
  private readonly periodic: Periodic;
  private readonly remembered = new Map<string, Remembered>();
  private readonly listeners = new Set<Listener>();
  private position: { feed: string; after: number } | undefined;
  private answeredAtMs = -Infinity;
  /** Tokens issued before are refused when new: what was revoked then has been forgotten for want of room. */
  private forgottenUntilMs = 0;

  constructor(
    private readonly parts: RevocationFollowerParts,
    settings: Partial<RevocationFollowerSettings> = {},
  ) {
    this.settings = { ...defaultRevocationFollower, ...settings };
    this.periodic = new Periodic({
      name: 'revocation follower',
      periodMs: this.settings.periodMs,
      run: () => this.follow(),
      onError: parts.onError ?? (() => undefined),
      clock: parts.clock,
      random: parts.random,
    });
  }

  start(): void {
    this.periodic.start();
  }

  stop(): Promise<void> {
    return this.periodic.stop();
  }

  /** Calls `listener` once for every revocation from now on (rarely again after the feed was lost); the answer ends it. */
  onRevoked(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Whether what a permission stands on is known to be revoked. To be asked when a lasting permission is taken up, after the
   * listener that ends it stands: the services hear of a revocation one after the other, and one that hears of it late may
   * have given the permission when this one had heard of it before.
   */
  hasTaken(standing: Standing): boolean {
    const { user, loginId, apiTokenId } = standing;
    const keys = [`user ${user}`, `login ${loginId ?? ''}`, `api-token ${apiTokenId ?? ''}`];
    return keys.some((key) => {
      const known = this.remembered.get(key);
      return known !== undefined && isTakenBy(standing, known.revocation);
    });
  }

  get isLost(): boolean {
    return this.parts.clock.monotonicMs() - this.answeredAtMs > this.settings.lostAfterMs;
  }

  /** Reads all that is new. Rejects with what reading rejected with; the position is kept. */
  async follow(): Promise<void> {
    for (;;) {
      const page = await this.parts.read(this.position ?? {});
      this.take(page);
      this.answeredAtMs = this.parts.clock.monotonicMs();
      const after = this.position?.after ?? 0;
      if (page.entries.length === 0 || after >= page.last) break;
    }
    this.forget();
  }

  /** Throws `token-expired` (the client refreshes and gets a token that is acceptable, or learns that there is none). */
  requireNotRevoked(principal: UserPrincipal, known: boolean): void {
    const reason = this.refusalOf(principal, known);
    if (reason !== undefined) throw new MusterError('token-expired', reason);
  }

  private refusalOf({ userId, tokenVersion, credential }: UserPrincipal, known: boolean): string | undefined {
    const own = credential.kind === 'login' ? `login ${credential.loginId}` : `api-token ${credential.tokenId}`;
    if (this.remembered.has(own)) return 'the token was revoked';
    if (credential.kind === 'api-token') return undefined;
    const below = this.remembered.get(`user ${userId}`)?.revocation.belowVersion ?? 0;
    if (tokenVersion < below) return 'the token was revoked';
    if (this.position !== undefined && credential.feedId !== this.position.feed) {
      this.periodic.poke();
      return 'the token was made before the database was restored';
    }
    if (!known && credential.issuedAtMs < this.oldestAcceptedMs())
      return 'the token is too old while revocations are unknown';
    return undefined;
  }

  private oldestAcceptedMs(): number {
    const youngMs = this.isLost ? this.parts.clock.nowMs() - this.settings.youngTokenMs : 0;
    return Math.max(youngMs, this.forgottenUntilMs);
  }

  private take(page: RevocationPage): void {
    const first = page.entries[0]?.number;
    const goesOn = this.position?.feed === page.feed && this.position.after <= page.last;
    // Entries that were removed before we came are older than any token: going on behind them loses nothing that matters.
    const before = goesOn ? (this.position?.after ?? 0) : (first ?? page.last + 1) - 1;
    const news = page.entries.filter(({ number }) => number > before);
    for (const revocation of news) this.remember(revocation);
    this.position = { feed: page.feed, after: news.at(-1)?.number ?? before };
    for (const revocation of news) for (const listener of this.listeners) listener(revocation);
  }

  private remember(revocation: Revocation): void {
    const key = `${revocation.kind} ${revocation.subject}`;
    const known = this.remembered.get(key)?.revocation;
    const newest = (known?.belowVersion ?? 0) > (revocation.belowVersion ?? 0) ? known : undefined;
    this.remembered.delete(key);
    this.remembered.set(key, { revocation: newest ?? revocation, atMs: this.parts.clock.monotonicMs() });
  }

  private forget(): void {
    const nowMs = this.parts.clock.monotonicMs();
    for (const [key, { revocation, atMs }] of this.remembered) {
      const old = nowMs - atMs > this.settings.rememberMs;
      if (!old && this.remembered.size <= this.settings.maxRemembered) return;
      this.remembered.delete(key);
      if (!old) this.forgottenUntilMs = Math.max(this.forgottenUntilMs, Date.parse(revocation.at));
    }
  }
}

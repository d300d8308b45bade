import type { Revocation, VerifiedApiToken } from '@muster/contracts';
import { MusterError } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import type { UserPrincipal } from './principal.js';
import type { RevocationFollower } from './revocation-follower.js';
import { secretHash } from './secrets.js';

export interface RemoteApiTokensSettings {
  /** How long an answer of auth is used again. Revocation does not wait for it. */
  keepMs: number;
  /** The same for "there is no such token", so that a wrong token does not become load for auth. */
  keepRefusedMs: number;
  maxKept: number;
}

export const defaultRemoteApiTokens: RemoteApiTokensSettings = { keepMs: 15_000, keepRefusedMs: 5000, maxKept: 10_000 };

type Answer = { principal: UserPrincipal } | { refusal: MusterError };
type KeptAnswer = Answer & { untilMs: number };

export interface RemoteApiTokensParts {
  verify: (token: string) => Promise<VerifiedApiToken>;
  revocations: Pick<RevocationFollower, 'onRevoked'>;
  clock: Clock;
}

/** Verifies API tokens at auth, for the services behind it. */
export class RemoteApiTokens {
  private readonly settings: RemoteApiTokensSettings;
  private readonly kept = new Map<string, KeptAnswer>();
  /** Counts the revocations: an answer that was on its way during one is not kept. */
  private revocations = 0;

  constructor(
    private readonly parts: RemoteApiTokensParts,
    settings: Partial<RemoteApiTokensSettings> = {},
  ) {
    this.settings = { ...defaultRemoteApiTokens, ...settings };
    parts.revocations.onRevoked((revocation) => this.forget(revocation));
  }

  /** Throws `not-authenticated`, `token-expired`, `account-disabled`, or that auth does not answer. */
  async verify(token: string): Promise<UserPrincipal> {
    const key = secretHash(token);
    const kept = this.kept.get(key);
    const answer =
      kept !== undefined && this.parts.clock.monotonicMs() < kept.untilMs ? kept : await this.ask(token, key);
    if ('refusal' in answer) throw answer.refusal;
    return answer.principal;
  }

  private async ask(token: string, key: string): Promise<Answer> {
    const before = this.revocations;
    try {
      const verified = await this.parts.verify(token);
      const answer = { principal: this.principalOf(verified) };
      const keepMs = Math.min(this.settings.keepMs, verified.expiresInMs);
      return before === this.revocations ? this.keep(key, answer, keepMs) : answer;
    } catch (error) {
      if (!(error instanceof MusterError) || (error.status !== 401 && error.status !== 403)) throw error;
      return this.keep(key, { refusal: error }, this.settings.keepRefusedMs);
    }
  }

  private principalOf(verified: VerifiedApiToken): UserPrincipal {
    const { tokenId, userId, username, role, permissions, tokenVersion, expiresInMs } = verified;
    const expiresAtMs = this.parts.clock.nowMs() + expiresInMs;
    return {
      kind: 'user',
      userId,
      username,
      role,
      permissions: new Set(permissions),
      credential: { kind: 'api-token', tokenId },
      tokenVersion,
      expiresAtMs,
    };
  }

  private keep(key: string, answer: Answer, forMs: number): Answer {
    this.kept.delete(key);
    this.kept.set(key, { ...answer, untilMs: this.parts.clock.monotonicMs() + forMs });
    const oldest = this.kept.size > this.settings.maxKept ? this.kept.keys().next().value : undefined;
    if (oldest !== undefined) this.kept.delete(oldest);
    return answer;
  }

  private forget({ kind, subject }: Revocation): void {
    this.revocations += 1;
    for (const [key, answer] of this.kept) {
      if (!('principal' in answer)) continue;
      const { userId, credential } = answer.principal;
      const tokenId = credential.kind === 'api-token' ? credential.tokenId : undefined;
      if ((kind === 'user' && subject === userId) || (kind === 'api-token' && subject === tokenId))
        this.kept.delete(key);
    }
  }
}

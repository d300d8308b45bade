import { errors, jwtVerify, type CryptoKey, type JWTHeaderParameters } from 'jose';
import { MusterError } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import type { KeySource } from './key-sources.js';
import type { TokenKind, VerifiedClaims } from './token-kinds.js';

export interface TokenVerifierParts<P> {
  kind: TokenKind<P>;
  issuer: string;
  keys: KeySource;
  clock: Clock;
  /** Throws for a token that is revoked. Asked at every use; `known` = this verifier has accepted the token before. */
  requireNotRevoked?: (principal: P, known: boolean) => void;
  /** Verified tokens kept in memory; 10,000 unless said otherwise. */
  maxKept?: number;
}

/** Longer texts are no tokens of ours: refused before anything is computed. */
const maxTokenLength = 4096;
/** How far the clock of the issuer may be ahead of or behind ours. */
const clockToleranceMs = 10_000;

/**
 * Verifies tokens of one kind without asking anybody. A verified token is kept until it ends, so that the next use costs no
 * signature check; revocation is looked at every time.
 */
export class TokenVerifier<P extends { expiresAtMs: number }> {
  private readonly kept = new Map<string, P>();

  constructor(private readonly parts: TokenVerifierParts<P>) {}

  /** Throws `not-authenticated`, `token-expired`, or `upstream-unavailable` when the keys cannot be read. */
  async verify(token: string): Promise<P> {
    const known = this.kept.get(token);
    const principal = known ?? (await this.check(token));
    if (this.parts.clock.nowMs() >= principal.expiresAtMs + clockToleranceMs) {
      this.kept.delete(token);
      throw expired();
    }
    this.parts.requireNotRevoked?.(principal, known !== undefined);
    if (known === undefined) this.keep(token, principal);
    return principal;
  }

  private async check(token: string): Promise<P> {
    if (token.length > maxTokenLength) throw refused();
    const { kind, issuer, clock } = this.parts;
    try {
      const { payload } = await jwtVerify(token, (header) => this.keyFor(header), {
        algorithms: ['EdDSA'],
        typ: kind.type,
        audience: kind.audience,
        issuer,
        requiredClaims: ['sub', 'iat', 'exp', 'jti'],
        clockTolerance: clockToleranceMs / 1000,
        currentDate: new Date(clock.nowMs()),
      });
      if (typeof payload.aud !== 'string') throw refused();
      return kind.read(payload as VerifiedClaims);
    } catch (error) {
      throw asRefusal(error);
    }
  }

  private async keyFor(header: JWTHeaderParameters): Promise<CryptoKey> {
    const key = typeof header.kid === 'string' ? await this.parts.keys.find(header.kid) : undefined;
    if (key === undefined) throw refused();
    return key;
  }

  private keep(token: string, principal: P): void {
    this.kept.set(token, principal);
    const oldest = this.kept.size > (this.parts.maxKept ?? 10_000) ? this.kept.keys().next().value : undefined;
    if (oldest !== undefined) this.kept.delete(oldest);
  }
}

function asRefusal(error: unknown): unknown {
  if (error instanceof MusterError) return error;
  if (error instanceof errors.JWTExpired) return expired();
  if (error instanceof errors.JOSEError || error instanceof TypeError) return refused();
  return error;
}

function expired(): MusterError {
  return new MusterError('token-expired', 'the token has ended: refresh it');
}

/** Says nothing about what exactly is wrong: whoever made the token up should not learn from it. */
function refused(): MusterError {
  return new MusterError('not-authenticated', 'the token is not one that is accepted here');
}

import { MusterError } from '@muster/contracts';
import type { RandomSource } from '@muster/platform';
import type { WorkerPrincipal } from './principal.js';
import type { Sealing } from './sealing.js';
import { matchesHash, sameSecret, secretHash } from './secrets.js';

/** One incarnation of one worker. */
export interface WorkerIdentity {
  sessionId: string;
  workerId: string;
  incarnation: number;
}

const purpose = 'worker-token';
const tokenForm = /^mwt_([\w-]{1,1024})\.([\w-]{43})$/;
const joinForm = /^mwj_([\w-]{1,128})\.([\w-]{1,128})\.(\d{1,9})\.([\w-]{43})$/;

/**
 * `MUSTER_TOKEN` of a new worker: good for one registration. `hash` goes into the session document, and is removed there by
 * the write that registers the worker, so that the token is void after.
 */
export function newJoinToken(worker: WorkerIdentity, random: RandomSource): { token: string; hash: string } {
  const token = `mwj_${worker.sessionId}.${worker.workerId}.${worker.incarnation}.${random.secret(32)}`;
  return { token, hash: secretHash(token) };
}

/** Whom a join token claims to be for; undefined when it is none. Proves nothing: see {@link isJoinToken}. */
export function readJoinToken(token: string): WorkerIdentity | undefined {
  const [, sessionId, workerId, incarnation] = joinForm.exec(token) ?? [];
  if (sessionId === undefined || workerId === undefined) return undefined;
  return { sessionId, workerId, incarnation: Number(incarnation) };
}

/** Whether `token` is the join token with this hash; `hash` undefined = none is open any more. */
export function isJoinToken(token: string, hash: string | undefined): boolean {
  return hash !== undefined && matchesHash(token, hash);
}

/** The text that a worker compares on every incoming call, one per incarnation. */
export function newAcceptToken(random: RandomSource): string {
  return `mwa_${random.secret(32)}`;
}

/** Short tokens of registered workers: every session service of the installation makes and verifies them, without a store. */
export class WorkerTokens {
  constructor(
    private readonly sealing: Sealing,
    private readonly lifetimeMs: number,
  ) {}

  issue(worker: WorkerIdentity, nowMs: number): { token: string; expiresAtMs: number } {
    const expiresAtMs = nowMs + this.lifetimeMs;
    const facts = [worker.sessionId, worker.workerId, worker.incarnation, expiresAtMs];
    const body = Buffer.from(JSON.stringify(facts)).toString('base64url');
    return { token: `mwt_${body}.${this.sealing.code(purpose, body)}`, expiresAtMs };
  }

  /** Throws `not-authenticated` or `token-expired`. Whether the incarnation is the present one is the caller's to check. */
  verify(token: string, nowMs: number): WorkerPrincipal {
    const principal = this.read(token);
    if (nowMs < principal.expiresAtMs) return principal;
    throw new MusterError('token-expired', 'the worker token has ended: refresh it');
  }

  /** Also a token that has ended. Throws `not-authenticated`. */
  read(token: string): WorkerPrincipal {
    const [, body, code] = tokenForm.exec(token) ?? [];
    if (body === undefined || code === undefined || !sameSecret(code, this.sealing.code(purpose, body))) {
      throw new MusterError('not-authenticated', 'this is not a token of a worker of this installation');
    }
    const facts = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as [string, string, number, number];
    const [sessionId, workerId, incarnation, expiresAtMs] = facts;
    return { kind: 'worker', sessionId, workerId, incarnation, expiresAtMs };
  }
}

import {
  MusterError,
  type BusyRequest,
  type ProgressRequest,
  type RefreshAnswer,
  type RegisterAnswer,
  type RegisterRequest,
  type WorkerId,
} from '@muster/contracts';
import { isJoinToken, readJoinToken, type WorkerPrincipal, type WorkerTokens } from '@muster/identity';
import type { Clock } from '@muster/platform';
import type { SessionDocument, WorkerRecord } from '../session-document.js';
import type { HeldSession } from './held-session.js';
import type { SessionSecrets } from './session-secrets.js';

interface WorkerDoorOptions {
  clock: Clock;
  tokens: WorkerTokens;
  secrets: SessionSecrets;
  /** A worker may call itself busy for at most so long at a time. */
  maxBusyMs: number;
  /** Progress is shown at most this often per role. */
  progressEveryMs: number;
}

/** What workers ask of their session's holder. Each call proves which incarnation it comes from; an old one is refused. */
export class WorkerDoor {
  private readonly shown = new WeakMap<HeldSession, Map<string, number>>();

  constructor(private readonly options: WorkerDoorOptions) {}

  /** Takes a join token, once. Throws `not-authenticated` (wrong, used, of an old incarnation), `invalid-request`. */
  async register(
    session: HeldSession,
    worker: WorkerId,
    joinToken: string,
    ask: RegisterRequest,
  ): Promise<RegisterAnswer> {
    const role = roleOf(session.document, worker);
    return session.asSpan('register', { 'muster.role': role }, () => this.admit(session, role, joinToken, ask));
  }

  private async admit(
    session: HeldSession,
    role: string,
    joinToken: string,
    ask: RegisterRequest,
  ): Promise<RegisterAnswer> {
    const claimed = readJoinToken(joinToken);
    // The node's answer to the start says where the worker may be: it is compared below.
    await session.settled({ effect: 'start', role, incarnation: claimed?.incarnation ?? 0 });
    const accept = await session.exclusive(async () => {
      const record = requireJoin(session.document, role, joinToken);
      requireOwnAddress(record, ask.address);
      const made = this.options.secrets.newAcceptToken(session.id, record);
      const { incarnation } = record;
      const speaks = ask.speaks === 'muster.v1' ? 'stream' : 'http';
      const written = await session.commit([
        { change: 'register', role, incarnation, address: ask.address, speaks, sealedAcceptToken: made.sealed },
      ]);
      if (!written) throw voidToken();
      return { token: made.token, incarnation, worker: record.id };
    });
    session.poke();
    return { ...this.issue(session, accept.worker, accept.incarnation), acceptToken: accept.token };
  }

  /**
   * Also for a token that has ended: a worker that could reach nobody for so long has no other way back. Throws
   * `not-authenticated`, or `stale` for an old incarnation.
   */
  async refresh(session: HeldSession, worker: WorkerId, token: string): Promise<RefreshAnswer> {
    const { incarnation } = requirePresent(session, worker, this.options.tokens.read(token));
    return this.issue(session, worker, incarnation);
  }

  async busy(session: HeldSession, worker: WorkerId, token: string, { forMs }: BusyRequest): Promise<void> {
    this.present(session, worker, token);
    const { clock, maxBusyMs } = this.options;
    session.memory.usage.noteBusy(clock.nowMs() + Math.min(forMs, maxBusyMs));
    session.memory.noteUse();
    session.poke();
  }

  /** Shown in the session's events; what comes faster than it is shown is dropped, except the end. */
  async progress(
    session: HeldSession,
    worker: WorkerId,
    token: string,
    { text, done }: ProgressRequest,
  ): Promise<void> {
    const { role, incarnation } = this.present(session, worker, token);
    if (done !== 1 && !this.mayShow(session, role)) return;
    const change = { change: 'progress', role, incarnation, text, ...(done === undefined ? {} : { done }) } as const;
    await session.exclusive(() => session.commit([change]));
  }

  private mayShow(session: HeldSession, role: string): boolean {
    const nowMs = this.options.clock.monotonicMs();
    const times = this.shown.get(session) ?? new Map<string, number>();
    this.shown.set(session, times);
    if (nowMs - (times.get(role) ?? -Infinity) < this.options.progressEveryMs) return false;
    times.set(role, nowMs);
    return true;
  }

  private present(session: HeldSession, worker: WorkerId, token: string): WorkerRecord {
    return requirePresent(session, worker, this.options.tokens.verify(token, this.options.clock.nowMs()));
  }

  private issue(session: HeldSession, worker: WorkerId, incarnation: number): RefreshAnswer {
    const identity = { sessionId: session.id, workerId: worker, incarnation };
    const { token, expiresAtMs } = this.options.tokens.issue(identity, this.options.clock.nowMs());
    return { token, expiresAt: new Date(expiresAtMs).toISOString() };
  }
}

function roleOf(document: SessionDocument, worker: WorkerId): string {
  const record = Object.values(document.workers).find(({ id }) => id === worker);
  if (record === undefined) throw new MusterError('unknown-role', `session ${document._id} has no worker ${worker}`);
  return record.role;
}

function requirePresent(session: HeldSession, worker: WorkerId, claimed: WorkerPrincipal): WorkerRecord {
  const record = session.document.workers[roleOf(session.document, worker)];
  if (record === undefined || claimed.sessionId !== session.id || claimed.workerId !== worker) {
    throw new MusterError('not-allowed', 'this token is for another worker');
  }
  if (claimed.incarnation !== record.incarnation || record.state === 'ended') {
    throw new MusterError('stale', `incarnation ${claimed.incarnation} is over`, {
      extensions: { seen: record.incarnation },
    });
  }
  return record;
}

function requireJoin(document: SessionDocument, role: string, joinToken: string): WorkerRecord {
  const record = document.workers[role];
  if (record === undefined || !isJoinToken(joinToken, record.joinTokenHash ?? undefined)) throw voidToken();
  return record;
}

function voidToken(): MusterError {
  return new MusterError('not-authenticated', 'the join token is wrong, was used before, or its worker was replaced');
}

/** A worker is where its node started it: it cannot send the relay and its peers to somebody else. */
function requireOwnAddress({ address }: WorkerRecord, claimed: string): void {
  const host = URL.canParse(claimed) ? new URL(claimed) : undefined;
  const plain = host !== undefined && /^https?:$/.test(host.protocol) && host.username === '' && host.password === '';
  if (!plain) throw new MusterError('invalid-request', 'address must be an http or https address without credentials');
  if (address !== null && new URL(address).hostname !== host.hostname) {
    throw new MusterError(
      'invalid-request',
      `address must be on ${new URL(address).hostname}, where the worker was started`,
    );
  }
}

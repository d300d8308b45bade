import {
  idPrefixes,
  MusterError,
  textOf,
  type CreateSession,
  type ResolvedSessionType,
  type SessionId,
  type UserId,
} from '@muster/contracts';
import { validateParameters } from '@muster/catalogue';
import type { UserPrincipal } from '@muster/identity';
import { newId, traceparentOf, type Clock, type RandomSource } from '@muster/platform';
import { DuplicateKey, type Collection, type DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import type { CatalogueEntries } from './catalogue-entries.js';
import { dryPlanOf } from './dry-plan.js';
import type { Ledger } from './ledger.js';
import { hashOfRequest, newSession, sessionIdOf } from './new-session.js';
import type { Directory } from './ports.js';
import type { ProjectLocks } from './project-locks.js';
import type { AdmissionSettings } from './settings.js';
import { demandOf, excessOf, noUsage } from './user-limits.js';

export interface SessionCreationParts {
  store: DocumentStore;
  catalogue: CatalogueEntries;
  directory: Pick<Directory, 'plan'>;
  ledger: Ledger;
  locks: ProjectLocks;
  clock: Clock;
  random: RandomSource;
  settings: AdmissionSettings;
}

type Draft = Omit<SessionDocument, 'rev'>;

const maxAttempts = 10;

/**
 * Takes sessions into the queue. What can never be started is refused at once; what was taken is durable before it answers.
 * The same key twice is the same session, however many ask at once.
 */
export class SessionCreation {
  private readonly sessions: Collection<SessionDocument>;

  constructor(private readonly parts: SessionCreationParts) {
    this.sessions = parts.store.collection(sessionCollection);
  }

  /** Rejects with MusterError: the type, the parameters, the limits, the project or the hardware do not allow it. */
  async create(user: UserPrincipal, request: CreateSession, key?: string): Promise<SessionDocument> {
    const id =
      key === undefined
        ? (newId(idPrefixes.session, this.parts.random) as SessionId)
        : sessionIdOf(user.userId as UserId, key);
    const known = key === undefined ? undefined : await this.sessions.get(id);
    const settled = known === undefined ? undefined : await this.settle(known, hashOfRequest(request));
    if (settled !== undefined) return settled;
    const recipe = await this.check(user, request);
    const owner = user.userId as UserId;
    const nowMs = this.parts.clock.nowMs();
    const trace = traceparentOf();
    const draft = newSession({ id, owner, ownerName: user.username, request, recipe, nowMs, trace });
    await this.requirePlaceable(draft);
    await this.parts.ledger.know(owner, user.role);
    return this.write(draft);
  }

  private async check(user: UserPrincipal, request: CreateSession): Promise<ResolvedSessionType> {
    const { catalogue, settings } = this.parts;
    const recipe = await catalogue.resolve(request.type);
    const errors = validateParameters(recipe, request.parameters ?? {});
    if (errors.length > 0)
      throw new MusterError('invalid-parameters', `${textOf(errors)} (session type ${recipe.name})`, { errors });
    const excess = excessOf(noUsage, demandOf(recipe), settings.limits[user.role]);
    if (excess.length > 0) throw new MusterError('over-limit', excess.join('; '));
    const waiting = await this.sessions.count({ live: true, state: 'queued' });
    if (waiting < settings.queueLimit) return recipe;
    throw new MusterError('queue-full', `${waiting} sessions wait already; try again later`, { retryAfterMs: 10_000 });
  }

  /** Only a directory that knows its nodes says never; one that does not answer lets the session wait. */
  private async requirePlaceable(draft: Draft): Promise<void> {
    const { directory, settings } = this.parts;
    const ask = dryPlanOf(draft, settings.reservationMs);
    const plan = await directory.plan(ask, settings.planTimeoutMs).catch(ignoreUnavailable);
    if (plan?.verdict === 'never') {
      const { explanation } = plan;
      throw new MusterError('never-placeable', explanation.summary, { extensions: { explanation } });
    }
    if (plan?.verdict === 'later') {
      draft.queue = {
        ...draft.queue,
        explanation: plan.explanation.summary.slice(0, 4000),
        placement: plan.explanation,
      };
    }
  }

  private async write(draft: Draft): Promise<SessionDocument> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const written = await this.insertOrRead(draft);
      const settled = written === undefined ? undefined : await this.settle(written, draft.requestHash);
      if (settled !== undefined) return settled;
    }
    throw new MusterError('conflict', 'another request with this Idempotency-Key is under way; try again', {
      retryAfterMs: 1000,
    });
  }

  /** Undefined: another request with the same key wrote it and has removed it again. */
  private async insertOrRead(draft: Draft): Promise<SessionDocument | undefined> {
    try {
      return await this.sessions.insert(draft);
    } catch (error) {
      if (!(error instanceof DuplicateKey)) throw error;
      return this.sessions.get(draft._id);
    }
  }

  /**
   * The project's lock, for what waits; a session that does not get it is removed, so that its key can be used again. Undefined:
   * so it was by another, who found the project open when it still was.
   */
  private async settle(session: SessionDocument, requestHash: string): Promise<SessionDocument | undefined> {
    if (session.requestHash !== requestHash) {
      throw new MusterError(
        'idempotency-key-reused',
        `the key made session ${session._id} with another body; use a new key`,
      );
    }
    if (session.state !== 'queued') return session;
    const lock = await this.parts.locks.acquire(session);
    if (lock.held) return session.project === null ? session : this.sessions.get(session._id);
    const removed = await this.sessions.remove(session._id, session.rev);
    const now = removed ? undefined : await this.sessions.get(session._id);
    if (now !== undefined) return this.settle(now, requestHash);
    throw new MusterError(
      'project-open',
      `the project ${session.project} is open in session ${lock.by}; close that one first`,
      {
        extensions: { session: lock.by },
      },
    );
  }
}

function ignoreUnavailable(error: unknown): undefined {
  if (error instanceof MusterError) return undefined;
  throw error;
}

/**
 * Every error that can reach a client, declared once: code -> HTTP status and title.
 * The reference page is generated from this table; a test compares both.
 */
export const errorCodes = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'not-authenticated': { status: 401, title: 'A valid token is needed' },
  'wrong-credentials': { status: 401, title: 'User name or password is wrong' },
  'token-expired': { status: 401, title: 'The token has ended' },
  'refresh-token-reused': { status: 401, title: 'This refresh token was used before; the whole login is revoked' },
  'account-disabled': { status: 403, title: 'The account is disabled' },
  'not-allowed': { status: 403, title: 'The role or scope does not allow this' },
  'not-found': { status: 404, title: 'Nothing is here' },
  'unknown-session': { status: 404, title: 'No such session' },
  'unknown-type': { status: 404, title: 'No such session type or worker type' },
  'unknown-node': { status: 404, title: 'No such node' },
  'unknown-user': { status: 404, title: 'No such user' },
  'unknown-role': { status: 404, title: 'The session has no such role' },
  'method-not-allowed': { status: 405, title: 'The method is not offered here' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'The state does not allow this' },
  'project-open': { status: 409, title: 'The project is open in another session' },
  'defined-in-file': { status: 409, title: 'The entry comes from a catalogue file and is read-only here' },
  'already-exists': { status: 409, title: 'The name is taken' },
  'session-ended': { status: 410, title: 'The session has ended' },
  'ticket-invalid': { status: 401, title: 'The ticket is unknown, used or too old' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'Only application/json is accepted' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used with another body' },
  'never-placeable': { status: 422, title: 'No node could ever host this' },
  'invalid-parameters': { status: 422, title: 'The parameters do not fit the session type' },
  'over-limit': { status: 422, title: 'This session alone is above the limit' },
  'upgrade-required': { status: 426, title: 'This is a WebSocket' },
  'headers-too-large': { status: 431, title: 'The address and headers are too large' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'queue-full': { status: 429, title: 'The queue is full' },
  stale: { status: 409, title: 'A newer epoch or incarnation is known' },
  superseded: { status: 409, title: 'A newer instance of this node has registered' },
  'node-id-in-use': { status: 409, title: 'Another live instance uses this node id' },
  refused: { status: 409, title: 'The node refuses the reservation' },
  'workload-failed': { status: 502, title: 'The workload could not be started' },
  'delivery-unknown': { status: 502, title: 'Whether the worker received the request is unknown' },
  'worker-restarted': { status: 503, title: 'The worker was restarted before it answered' },
  'worker-unavailable': { status: 503, title: 'The worker does not answer' },
  'upstream-unavailable': { status: 503, title: 'A service behind this one does not answer' },
  'store-unavailable': { status: 503, title: 'The database does not answer' },
  'not-ready': { status: 503, title: 'The service cannot do its work now' },
  'deadline-exceeded': { status: 504, title: 'The deadline has passed' },
  cancelled: { status: 499, title: 'The caller cancelled' },
  'unknown-action': { status: 404, title: 'The worker has no such action' },
  'action-failed': { status: 500, title: 'The action failed' },
  internal: { status: 500, title: 'Something went wrong here' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The body of every error answer: `application/problem+json` (RFC 9457) with a stable `code`. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  /** What exactly is wrong, member by member. */
  errors?: { member: string; reason: string }[];
  traceId?: string;
  /** Facts for programs, for example the placement explanation or the epoch that was seen. */
  [extension: string]: unknown;
}

export interface MusterErrorOptions {
  errors?: { member: string; reason: string }[];
  retryAfterMs?: number;
  /** Further members of the problem document. Never secrets. */
  extensions?: Record<string, unknown>;
  cause?: unknown;
}

/** The one error class of the project that may reach a client; `detail` says what happened and what to do about it. */
export class MusterError extends Error {
  override readonly name = 'MusterError';
  readonly retryAfterMs: number | undefined;
  readonly errors: { member: string; reason: string }[] | undefined;
  readonly extensions: Record<string, unknown>;

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    options: MusterErrorOptions = {},
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.errors = options.errors;
    this.retryAfterMs = options.retryAfterMs;
    this.extensions = options.extensions ?? {};
  }

  get status(): number {
    return errorCodes[this.code].status;
  }

  toProblem(traceId?: string): ProblemDetails {
    return {
      ...this.extensions,
      type: `https://muster.dev/errors/${this.code}`,
      title: errorCodes[this.code].title,
      status: this.status,
      detail: this.detail,
      code: this.code,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      ...(traceId === undefined ? {} : { traceId }),
    };
  }

  /** The error that a problem document describes: what a caller throws for an answer it received. */
  static fromProblem(problem: Partial<ProblemDetails> & { status?: number }, retryAfterMs?: number): MusterError {
    const {
      type: _type,
      title: _title,
      status: _status,
      detail,
      code,
      errors,
      traceId: _traceId,
      ...extensions
    } = problem;
    return new MusterError(
      code !== undefined && code in errorCodes ? code : 'internal',
      detail ?? 'no detail was given',
      {
        extensions,
        ...(errors === undefined ? {} : { errors }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      },
    );
  }
}

/** What a list answers to a `cursor` that it has not given. */
export function foreignCursor(cause?: unknown): MusterError {
  const reason = 'is not one that this list has given; leave it out for the first page';
  return new MusterError('invalid-request', `cursor ${reason}`, { errors: [{ member: 'cursor', reason }], cause });
}

import type { ProblemDetails } from './errors.js';

/**
 * HTTP-JSON between Muster and a worker in any language. Calls to the worker carry `Authorization: Bearer <acceptToken>`
 * and the headers `x-muster-session`, `x-muster-epoch`, `x-muster-incarnation` (the incarnation of the worker that is meant).
 */
export const workerHeaders = {
  session: 'x-muster-session',
  epoch: 'x-muster-epoch',
  incarnation: 'x-muster-incarnation',
} as const;

/** `POST $MUSTER_CONTROL_URL/register`, bearer = join token. Answer: {@link RegisterAnswer}. */
export interface RegisterRequest {
  /** Where the worker answers, for example http://127.0.0.1:40001 */
  address: string;
  /** Set by the SDK: it serves `GET /v1/stream`. */
  speaks?: 'muster.v1';
}

export interface RegisterAnswer {
  token: string;
  expiresAt: string;
  acceptToken: string;
}

/** `POST $controlUrl/refresh`, bearer = the current token. */
export interface RefreshAnswer {
  token: string;
  expiresAt: string;
}

/** `POST $controlUrl/busy`, bearer = token: the session is not idle before then. */
export interface BusyRequest {
  /** From now; at most what the installation allows. */
  forMs: number;
  reason?: string;
}

/** `POST $controlUrl/progress`: shown in the session's events. */
export interface ProgressRequest {
  text: string;
  /** 0 to 1. */
  done?: number;
}

/** `POST /v1/init` */
export interface InitRequest {
  sessionId: string;
  role: string;
  incarnation: number;
  epoch: number;
  controlUrl: string;
  project: string | null;
  parameters: Record<string, unknown>;
}

export interface Peer {
  role: string;
  workerId: string;
  incarnation: number;
  state: string;
  /** Absent while it cannot be called. */
  address?: string;
  acceptToken?: string;
  registers: 'self' | 'node';
}

/** `POST /v1/run`: everybody mandatory is ready; repeated with a higher `view` at every change; older views are ignored. */
export interface RunRequest {
  view: number;
  epoch: number;
  controlUrl: string;
  peers: Peer[];
}

/** `POST /v1/shutdown`: finish within `graceMs`, then exit. */
export interface ShutdownRequest {
  reason: string;
  graceMs: number;
}

export interface ExecuteFrom {
  kind: 'client' | 'worker';
  role?: string;
  clientId?: string;
  incarnation?: number;
}

/** `POST /v1/execute` (answered when done) and `POST /v1/queue` (answered 202 at once, done in order). */
export interface ExecuteRequest {
  id: string;
  action: string;
  body?: unknown;
  from: ExecuteFrom;
}

/** `binary` stands in the place of `body` when the action answers bytes. */
export type ExecuteAnswer = { body?: unknown; binary?: { topic: string; base64: string } } | ProblemDetails;

/** The reserved action for programs that do not speak our protocol (`registers: node`). */
export const httpRequestAction = 'http.request';
export interface HttpRequestBody {
  method: string;
  path: string;
  headers?: Record<string, string>;
  /** Text, or base64 when `bodyEncoding` says so. */
  body?: string;
  bodyEncoding?: 'utf8' | 'base64';
}
export interface HttpRequestAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  bodyEncoding: 'utf8' | 'base64';
}

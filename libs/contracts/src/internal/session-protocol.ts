import type { InstanceId, SessionId, UserId, WorkerId } from '../ids.js';
import type { SessionEvent, SessionState } from '../sessions.js';

/*
 * Between services, on the internal listener only, service tokens required.
 * Base paths: /internal/v1/global-session and /internal/v1/session
 */

// ---- global session -----------------------------------------------------------------------------------------------

/** `POST services/renew`: registration and lease at once, repeated every third of the lease. */
export interface RenewLease {
  instance: InstanceId;
  kind: 'session' | 'relay';
  /** Base address of its internal listener, for example http://127.0.0.1:41234 */
  address: string;
  version: string;
  /** Session services: how many sessions it can hold and holds. */
  capacity?: number;
  held?: number;
  /** It wants its sessions taken over now and gets no new ones. */
  leaving?: boolean;
  /** Started by the global directory (and so may be stopped by it when idle). */
  provisioned?: boolean;
  /** Its process holds the lock of the data folder with the database: when another process has the lock, this one has ended. */
  holdsLock?: boolean;
}

export interface RenewLeaseAnswer {
  leaseMs: number;
  /** Global session wants it empty: takes no new sessions, ends when it holds none. */
  drain: boolean;
}

/** `GET sessions/{id}/holder`, for relays. */
export interface HolderView {
  session: SessionId;
  owner: UserId;
  state: SessionState;
  epoch: number;
  /** Absent while nobody holds it. */
  holder?: { instance: InstanceId; address: string };
}

/**
 * `POST sessions/{id}/changed` (no body), from a holder: the session has ended or is back in the queue. Makes it fast: the
 * periodic round would see it too.
 */

// ---- session service ----------------------------------------------------------------------------------------------

/** `POST sessions/{id}/tickets` */
export interface TicketAsk {
  user: UserId;
  userName: string;
  /** Revocation looks at it: the access token's session version. */
  tokenVersion: number;
  tokenExpiresAt: string | null;
  /** The login or the API token behind it, so that its revocation finds the socket. */
  loginId?: string;
  apiTokenId?: string;
}
export interface TicketGrant {
  ticket: string;
  expiresAt: string;
}

/** `POST sessions/{id}/redeem`, once per ticket: binds the client id to (session, user). */
export interface RedeemAsk {
  ticket: string;
  clientId: string;
  relay: InstanceId;
}
export interface RedeemAnswer {
  session: SessionId;
  user: UserId;
  tokenVersion: number;
  tokenExpiresAt: string | null;
  loginId?: string;
  apiTokenId?: string;
  owner: UserId;
  /** Rises with every ticket of the session that is redeemed, whoever holds it. */
  connection: number;
}

/** `GET sessions/{id}/routes`: NDJSON stream; a {@link RouteTable} first and at every change; `{"heartbeat":true}` in between. */
export interface RouteTable {
  session: SessionId;
  epoch: number;
  view: number;
  state: SessionState;
  reason?: string;
  routes: Route[];
  /** Newest event id; relays show new warnings to clients. */
  warning?: { id: number; text: string };
}
export interface Route {
  role: string;
  worker: WorkerId;
  incarnation: number;
  state: string;
  /** Absent while it cannot be reached. */
  address?: string;
  acceptToken?: string;
  /** `stream` = SDK worker: dial GET /v1/stream; `http` = POST /v1/execute; `program` = only http.request by way of its node. */
  speaks: 'stream' | 'http' | 'program';
}

/** `POST sessions/{id}/activity`: a relay's clients of this session, repeated every few seconds and at change. */
export interface ClientActivity {
  relay: InstanceId;
  clients: number;
  /** How long ago a client last sent something; null = not since the last report. */
  lastTrafficAgoMs: number | null;
}

/**
 * `GET sessions/{id}/events?after=<id>`: NDJSON; stored events after that id, then new ones as they are written; a heartbeat in
 * between. Ends after the terminal event, and when this service is not the holder any more.
 */
export type SessionEventLine = SessionEvent | { heartbeat: true };

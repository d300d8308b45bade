import type {
  ClientActivity,
  HolderView,
  InstanceId,
  RedeemAnswer,
  RedeemAsk,
  RenewLease,
  RenewLeaseAnswer,
  RouteTable,
  SessionId,
} from '@muster/contracts';
import type { Standing } from '@muster/identity';
import type { Clock, OutgoingCalls, RandomSource } from '@muster/platform';
import type { DialWorker } from './dial-worker.js';
import type { RelaySettings } from './relay-settings.js';

/** What a relay asks of global session and of a session's holder. Everything rejects with MusterError. */
export interface SessionServices {
  /** `GET sessions/{id}/holder` of global session. */
  holderOf(session: SessionId, signal?: AbortSignal): Promise<HolderView>;
  /** Uses the ticket up. `ticket-invalid`, `not-allowed` (the client id is another user's), `session-ended`. */
  redeem(holder: string, session: SessionId, ask: RedeemAsk): Promise<RedeemAnswer>;
  /** The table now, then every change; ends or rejects when this holder has it no more. */
  routes(holder: string, session: SessionId, signal: AbortSignal): AsyncIterable<RouteTable | { heartbeat: true }>;
  report(holder: string, session: SessionId, activity: ClientActivity, signal?: AbortSignal): Promise<void>;
  /** `POST services/renew` of global session. */
  renew(ask: RenewLease, signal: AbortSignal): Promise<RenewLeaseAnswer>;
}

/** Counts what passes. */
export interface RelayMeter {
  frame(direction: 'in' | 'out', bytes: number): void;
  /** Frames that one end declares lost to the other. */
  gap(direction: 'in' | 'out'): void;
  /** A client's socket was closed, by either end. */
  closed(code: number): void;
}

export interface RelayLog {
  debug(facts: object, text: string): void;
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
}

export interface RelayParts {
  instance: InstanceId;
  services: SessionServices;
  /** Whether the relay has heard that this was revoked. */
  hasTaken(standing: Standing): boolean;
  /** To workers without the SDK. */
  calls: OutgoingCalls;
  /** To workers with the SDK. */
  dial: DialWorker;
  /** Told of all that is received: what it leaves behind is collected in time. */
  garbage: { grew(bytes: number): void };
  clock: Clock;
  random: RandomSource;
  log: RelayLog;
  meter: RelayMeter;
  settings: RelaySettings;
}

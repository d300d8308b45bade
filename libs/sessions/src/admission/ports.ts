import type {
  PlacementAsk,
  PlanAnswer,
  SessionEventLine,
  SessionId,
  SessionServicesWish,
  TicketAsk,
  TicketGrant,
} from '@muster/contracts';
import type { StartFailure } from '../start-failure.js';

/** The global directory, as admission needs it. Both reject with MusterError when it cannot be reached. */
export interface Directory {
  /** Where it would go; nothing is reserved. */
  plan(ask: PlacementAsk, deadlineMs: number): Promise<PlanAnswer>;
  wish(wish: SessionServicesWish): Promise<void>;
  /** Internal base addresses of the local directories it knows, each once. */
  localDirectories(): Promise<string[]>;
}

/** One session service, by its internal base address. All reject with MusterError. */
export interface Holders {
  /** The document has news for it. */
  changed(address: string, session: SessionId, epoch: number): Promise<void>;
  ticket(address: string, session: SessionId, ask: TicketAsk): Promise<TicketGrant>;
  /** Ends when the session ends or the service is not its holder any more. */
  events(
    address: string,
    ask: { session: SessionId; after: number },
    signal: AbortSignal,
  ): AsyncIterable<SessionEventLine>;
  /** The raw NDJSON answer; the caller reads or cancels it. */
  logs(address: string, ask: LogsAsk, signal: AbortSignal): Promise<Response>;
}

export interface LogsAsk {
  session: SessionId;
  role: string;
  follow: boolean;
}

/** Counts what becomes of sessions that wait, or have lost their holder. */
export interface AdmissionMeter {
  /** It ended as failed while it waited. */
  failed(reason: StartFailure): void;
  tookOver(sessions: number): void;
}

/** Told about what went wrong in the background; it is tried again by itself. */
export type Report = (what: string, error: unknown) => void;

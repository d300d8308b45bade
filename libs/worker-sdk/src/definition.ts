import type { ExecuteFrom, InitRequest, Peer } from '@muster/contracts/wire';
import type { Log } from './log.js';

/** Bytes instead of JSON: a binary frame for clients on the stream, base64 over HTTP. */
export interface Bytes {
  bytes: Uint8Array;
  topic: string;
}

export interface Progress {
  /** 0 to 1. */
  done?: number;
  text: string;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** For the whole call, waiting for a restarted peer included. Default 60,000. */
  timeoutMs?: number;
}

export interface Peers {
  /**
   * Calls an action of another worker of this session and answers what it answers (`Bytes` for bytes). Rejects with a
   * MusterError: the peer's own problem, `worker-unavailable` (it was not reached), `worker-restarted` or `delivery-unknown`
   * (it may have begun), `deadline-exceeded`, `cancelled`.
   */
  call<Answer = unknown>(role: string, action: string, body?: unknown, options?: CallOptions): Promise<Answer>;
  list(): readonly Peer[];
}

export interface SessionInfo {
  id: string;
  project: string | null;
  parameters: Record<string, unknown>;
}

/** What a worker can do at any time. */
export interface WorkerContext {
  readonly session: SessionInfo;
  readonly role: string;
  readonly incarnation: number;
  /** A folder of this worker alone, gone after its end; undefined where none is given. */
  readonly scratchDir: string | undefined;
  readonly peers: Peers;
  readonly log: Log;
  /** Aborted when the worker, or what this context belongs to, ends. */
  readonly signal: AbortSignal;
  /** To all clients of the session. */
  broadcast(topic: string, body: unknown): void;
  /** Shown in the session's events, or to the client that asked. The newest matters, older ones may be left out. */
  progress(progress: Progress): void;
  /** The session is not idle for this long from now. */
  busy(forMs: number, reason?: string): void;
}

/** What an action can do while it runs. */
export interface ActionContext extends WorkerContext {
  /** The request's id; a repeated one is answered from memory. */
  readonly id: string;
  readonly from: ExecuteFrom;
  readonly traceparent: string;
  /** To the client that asked; to all clients when a worker asked. Bytes go as a binary frame. */
  push(topic: string, body: unknown): void;
}

/** A method signature, so that an author may narrow the body's type. */
type Handler<Context> = { handle(body: unknown, context: Context): unknown }['handle'];
export type Action = Handler<ActionContext>;

export interface WorkerDefinition {
  /** Answers JSON, nothing or `Bytes`; a thrown MusterError is the answer, anything else becomes `action-failed`. */
  actions?: Record<string, Action>;
  /** Once, before anything else: until it resolves the worker is not ready. */
  onInit?(context: WorkerContext, request: InitRequest): unknown;
  /** Once, when all mandatory workers are ready. Its failure ends the worker. */
  onRun?(context: WorkerContext): unknown;
  /** A peer came, was restarted or changed its state. */
  onPeer?(peer: Peer, context: WorkerContext): unknown;
  /** A message of a client that expects no answer; bytes come as Uint8Array. */
  onPush?(topic: string, body: unknown, context: ActionContext): unknown;
  /** Finish within `graceMs`. */
  onShutdown?(request: { reason: string; graceMs: number }, context: WorkerContext): unknown;
}

const brand = Symbol.for('muster.worker');

/** Marks a module's default export as a worker. */
export function defineWorker<Definition extends WorkerDefinition>(definition: Definition): Definition {
  Object.defineProperty(definition, brand, { value: true });
  return definition;
}

export function isWorkerDefinition(value: unknown): value is WorkerDefinition {
  return typeof value === 'object' && value !== null && brand in value;
}

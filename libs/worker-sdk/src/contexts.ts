import type { ControlClient } from './control-client.js';
import type { Peers, SessionInfo, WorkerContext } from './definition.js';
import type { WorkerEnvironment } from './environment.js';
import type { Log } from './log.js';
import type { PeerCaller } from './peer-caller.js';
import type { PeerTable } from './peer-table.js';
import type { Call } from './http-server.js';
import { childTrace, traceIdOf, traceparentIn } from './trace.js';

export interface ContextParts {
  environment: WorkerEnvironment;
  log: Log;
  control: ControlClient;
  table: PeerTable;
  caller: PeerCaller;
  /** Aborted when the worker ends. */
  signal: AbortSignal;
  session(): SessionInfo;
  broadcast(topic: string, body: unknown): void;
}

export function workerContext(parts: ContextParts, traceparent?: string): WorkerContext {
  const { environment, control } = parts;
  return {
    get session() {
      return parts.session();
    },
    role: environment.role,
    incarnation: environment.incarnation,
    scratchDir: environment.scratchDir,
    log: parts.log,
    signal: parts.signal,
    peers: peersOf(parts, traceparent),
    broadcast: parts.broadcast,
    progress: ({ text, done }) => control.progress({ text, ...(done !== undefined && { done }) }),
    busy: (forMs, reason) => control.busy({ forMs, ...(reason !== undefined && { reason }) }),
  };
}

/** For what the holder asks with this call: its peers and its log lines go on with the call's trace. */
export function contextOfCall(parts: ContextParts, { headers }: Pick<Call, 'headers'>): WorkerContext {
  const traceparent = traceparentIn(headers);
  if (traceparent === undefined) return workerContext(parts);
  const log = parts.log.with({ traceId: traceIdOf(traceparent) });
  return workerContext({ ...parts, log }, childTrace(traceparent));
}

/** Calls of these peers belong to the given trace. */
export function peersOf({ table, caller, signal }: ContextParts, traceparent: string | undefined): Peers {
  return {
    list: () => table.list(),
    call: <Answer>(role: string, action: string, body?: unknown, options: Parameters<Peers['call']>[3] = {}) =>
      caller.call({
        signal,
        ...options,
        role,
        action,
        body,
        ...(traceparent !== undefined && { traceparent }),
      }) as Promise<Answer>,
  };
}

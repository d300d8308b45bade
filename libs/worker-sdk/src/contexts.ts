import type { ExecuteFrom } from '@muster/contracts/wire';
import type { ControlClient } from './control-client.js';
import type { ActionContext, Peers, Progress, SessionInfo, WorkerContext } from './definition.js';
import type { WorkerEnvironment } from './environment.js';
import { linkSignals } from './linked-signal.js';
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

export interface Asked {
  id: string;
  from: ExecuteFrom;
  traceparent: string | undefined;
  signal: AbortSignal;
  /** To the client that asked; absent when a worker asked. */
  push?: (topic: string, body: unknown) => void;
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

/** What an action, or the handler of a message, is given while it runs; to be released after. */
export interface ActionScope {
  context: ActionContext;
  release(): void;
}

export function actionScope(parts: ContextParts, asked: Asked): ActionScope {
  const { signal, release } = linkSignals(parts.signal, asked.signal);
  return { context: actionContext(parts, asked, signal), release };
}

function actionContext(parts: ContextParts, asked: Asked, signal: AbortSignal): ActionContext {
  const traceparent = childTrace(asked.traceparent);
  const context = workerContext(parts, traceparent);
  const { push } = asked;
  const progress = push === undefined ? context.progress : (at: Progress) => push(`progress/${asked.id}`, at);
  return Object.defineProperties(
    {
      ...context,
      id: asked.id,
      from: asked.from,
      traceparent,
      signal,
      log: parts.log.with({ traceId: traceIdOf(traceparent) }),
      push: push ?? parts.broadcast,
      progress,
    },
    { session: { get: parts.session, enumerable: true } },
  );
}

function peersOf({ table, caller, signal }: ContextParts, traceparent: string | undefined): Peers {
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

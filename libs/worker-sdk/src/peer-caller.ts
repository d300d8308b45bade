import { randomUUID } from 'node:crypto';
import { type ExecuteAnswer, type ExecuteRequest, MusterError, type Peer, workerHeaders } from '@muster/contracts/wire';
import { type Deadline, startDeadline } from './deadline.js';
import type { CallOptions } from './definition.js';
import type { Fence } from './fence.js';
import { CallFailed, postJson } from './http-json.js';
import type { PeerTable } from './peer-table.js';
import { pause, type Timers } from './timers.js';
import { childTrace } from './trace.js';

export interface PeerCallerOptions {
  sessionId: string;
  role: string;
  incarnation: number;
  fence: Fence;
  table: PeerTable;
  timers: Timers;
  maxBodyBytes: number;
  signal: AbortSignal;
}

export interface PeerCall extends CallOptions {
  role: string;
  action: string;
  body: unknown;
  traceparent?: string;
}

interface Attempt {
  call: PeerCall;
  request: ExecuteRequest;
  deadline: Deadline;
}

type Reachable = Peer & { address: string; acceptToken: string };

const defaultTimeoutMs = 60_000;
const retryPauseMs = 250;
/** The peer did not begin: the same call may be sent again once something changed. */
const notBegun: ReadonlySet<string> = new Set(['stale', 'not-ready']);

/** Calls peers directly. Repeats only what certainly did not begin; everything else is told to the caller. */
export class PeerCaller {
  constructor(private readonly options: PeerCallerOptions) {}

  async call(call: PeerCall): Promise<unknown> {
    const { timers, signal, role, incarnation } = this.options;
    const deadline = startDeadline(timers, call.timeoutMs ?? defaultTimeoutMs, [call.signal, signal]);
    const from = { kind: 'worker' as const, role, incarnation };
    const request: ExecuteRequest = { id: randomUUID(), action: call.action, body: call.body, from };
    try {
      return await this.#untilAnswered({ call, request, deadline });
    } finally {
      deadline.clear();
    }
  }

  async #untilAnswered(attempt: Attempt): Promise<unknown> {
    const { signal } = attempt.deadline;
    let lastFailure: unknown;
    while (!signal.aborted) {
      const peer = this.#reachable(attempt.call.role);
      const { version } = this.options.table;
      try {
        if (peer !== undefined) return await this.#send(peer, attempt);
      } catch (error) {
        if (!hasNotBegun(error)) throw error;
        lastFailure = error;
      }
      await this.#untilChanged(version, signal);
    }
    const reason: unknown = signal.reason;
    if (reason instanceof MusterError && reason.code === 'cancelled') throw reason;
    throw new MusterError('worker-unavailable', `${attempt.call.role} was not reached in time`, { cause: lastFailure });
  }

  /** Until a view comes that is not this one, but never long: what listens at an address can change without a view. */
  async #untilChanged(version: string, signal: AbortSignal): Promise<void> {
    const { table, timers } = this.options;
    if (table.version !== version) return;
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    await Promise.race([table.nextView(either), pause(timers, retryPauseMs, either)]);
    done.abort();
  }

  #reachable(role: string): Reachable | undefined {
    const { table } = this.options;
    const peer = table.get(role);
    if (peer === undefined && table.hasView) throw new MusterError('unknown-role', `the session has no role ${role}`);
    return peer?.address !== undefined && peer.acceptToken !== undefined ? (peer as Reachable) : undefined;
  }

  async #send(peer: Reachable, { call, request, deadline }: Attempt): Promise<unknown> {
    const { sessionId, fence, table, maxBodyBytes } = this.options;
    const replaced = new AbortController();
    const unwatch = table.onReplaced(peer.role, () => replaced.abort());
    try {
      const { body } = await postJson({
        url: `${peer.address}/v1/execute`,
        bearer: peer.acceptToken,
        body: request,
        headers: {
          [workerHeaders.session]: sessionId,
          [workerHeaders.epoch]: String(fence.epoch),
          [workerHeaders.incarnation]: String(peer.incarnation),
          traceparent: childTrace(call.traceparent),
        },
        signal: AbortSignal.any([deadline.signal, replaced.signal]),
        maxAnswerBytes: maxBodyBytes,
      });
      return valueOf(body as ExecuteAnswer);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      if (deadline.signal.aborted) throw deadline.signal.reason;
      if (!error.wasSent) throw error;
      if (replaced.signal.aborted)
        throw new MusterError('worker-restarted', `${peer.role} was restarted`, { cause: error });
      throw new MusterError('delivery-unknown', `the connection to ${peer.role} was lost`, { cause: error });
    } finally {
      unwatch();
    }
  }
}

function hasNotBegun(error: unknown): boolean {
  return error instanceof CallFailed ? !error.wasSent : error instanceof MusterError && notBegun.has(error.code);
}

function valueOf(answer: ExecuteAnswer): unknown {
  const { body, binary } = answer as { body?: unknown; binary?: { topic: string; base64: string } };
  return binary === undefined
    ? body
    : { bytes: new Uint8Array(Buffer.from(binary.base64, 'base64')), topic: binary.topic };
}

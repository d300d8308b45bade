import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { BackendUnavailable } from '../../contract/errors.js';
import { bodyOf, refusalOf, textOf } from './api-answer.js';
import type { ApiAccess, ApiCall } from './api-call.js';
import { ApiConnections } from './api-connections.js';
import { processClock, type MonotonicClock } from './monotonic-clock.js';
import { TokenBucket } from './token-bucket.js';

export interface ApiLimits {
  /** Deadline of a call that names none. */
  readonly answerMs: number;
  readonly callsPerSecond: number;
  readonly callsAtOnce: number;
  /** How often the same is asked of a server that is too busy. */
  readonly busyTries: number;
  /** Before the second try, where the server does not say when to come back; then twice as long each time. */
  readonly firstBusyWaitMs: number;
  /** Of an answer that is no stream. */
  readonly longestAnswerBytes: number;
}

const defaults: ApiLimits = {
  answerMs: 30_000,
  callsPerSecond: 50,
  callsAtOnce: 100,
  busyTries: 5,
  firstBusyWaitMs: 400,
  longestAnswerBytes: 64 * 1024 ** 2,
};

/** What bounds the asking of one call: until its answer is there, or begins. */
interface Asking {
  readonly signal: AbortSignal;
  readonly endsAtMs: number;
}

/** Calls of the API server over connections that are kept. Errors are `KubernetesRefusal`, `BackendUnavailable` or the caller's reason. */
export class ApiTransport {
  private readonly connections: ApiConnections;
  private readonly closing = new AbortController();
  private readonly bucket: TokenBucket;
  private readonly limits: ApiLimits;
  private readonly clock: MonotonicClock;

  constructor(
    private readonly access: ApiAccess,
    { limits = {}, clock = processClock }: { limits?: Partial<ApiLimits>; clock?: MonotonicClock } = {},
  ) {
    this.limits = { ...defaults, ...limits };
    this.clock = clock;
    this.connections = new ApiConnections(access);
    this.bucket = new TokenBucket(this.limits.callsPerSecond, this.limits.callsAtOnce, clock);
  }

  get server(): string {
    return this.access.server;
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Ends every call and stream. */
  close(): void {
    this.closing.abort(new BackendUnavailable('this back end was closed'));
    this.connections.close();
  }

  async json<T>(call: ApiCall): Promise<T> {
    return this.asked(call, async (asking) => {
      const answer = await this.answered(call, asking);
      return valueOf(await textOf(answer, this.limits.longestAnswerBytes, asking.signal)) as T;
    });
  }

  /** Resolves when the answer begins; it fails with the caller's reason, and with `BackendUnavailable` when the connection is lost. */
  async stream(call: ApiCall): Promise<Readable> {
    const whole = AbortSignal.any([this.closing.signal, ...givenBy(call)]);
    return this.asked(call, async (asking) => bodyOf(await this.answered(call, asking), call, whole));
  }

  private async asked<T>(call: ApiCall, ask: (asking: Asking) => Promise<T>): Promise<T> {
    const { question, deadlineMs = this.limits.answerMs } = call;
    const noAnswer = `the cluster does not answer when asked for ${question}`;
    const late = new AbortController();
    const signal = AbortSignal.any([this.closing.signal, ...givenBy(call), late.signal]);
    signal.throwIfAborted();
    const cancel = this.clock.after(deadlineMs, () =>
      late.abort(new BackendUnavailable(`${noAnswer}: no answer within ${deadlineMs} ms`)),
    );
    try {
      return await ask({ signal, endsAtMs: this.clock.monotonicMs() + deadlineMs });
    } catch (error) {
      // Why it was broken off says more than how it then failed.
      signal.throwIfAborted();
      if (error instanceof BackendUnavailable) throw error;
      throw new BackendUnavailable(`${noAnswer}: ${textOfError(error)}`, { cause: error });
    } finally {
      cancel();
    }
  }

  /** The answer with a status of success. */
  private async answered(call: ApiCall, { signal, endsAtMs }: Asking): Promise<IncomingMessage> {
    let renew = false;
    for (let tries = 1; ; tries += 1) {
      await this.bucket.take(signal);
      const answer = await this.connections.send(call, renew, signal);
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return answer;
      const text = await textOf(answer, this.limits.longestAnswerBytes, signal);
      if (status === 401 && !renew) renew = true;
      else if (isBusy(status) && tries < this.limits.busyTries) {
        const { ms, note } = this.busyWait(answer, tries);
        // It could only end as no answer, although there is one.
        if (this.clock.monotonicMs() + ms >= endsAtMs) throw refusalOf(call, status, text, note);
        await this.clock.sleep(ms, signal);
      } else throw refusalOf(call, status, text);
    }
  }

  /**
   * When a server that is too busy wants to be asked again. A date is not believed: it is of another computer's clock. Not at once
   * either.
   */
  private busyWait({ headers }: IncomingMessage, tries: number): { ms: number; note: string } {
    const seconds = Number(headers['retry-after']);
    if (Number.isFinite(seconds) && seconds > 0)
      return { ms: seconds * 1000, note: `; it is too busy and wants to be asked again in ${seconds} s` };
    return { ms: this.limits.firstBusyWaitMs * 2 ** (tries - 1), note: '; it is too busy' };
  }
}

function givenBy({ signal }: ApiCall): AbortSignal[] {
  return signal === undefined ? [] : [signal];
}

function isBusy(status: number): boolean {
  return status === 429 || status === 503;
}

/** What a parser says quotes the text, which is not for everybody. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError('its answer is not JSON');
  }
}

function textOfError(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOfError).join('; ');
  if (!(error instanceof Error)) return String(error);
  // Node's word for a body that ends too early.
  return error.message === 'aborted' ? 'its answer broke off' : error.message;
}

import {
  type BusyRequest,
  MusterError,
  type ProgressRequest,
  type RegisterAnswer,
  type RegisterRequest,
} from '@muster/contracts/wire';
import { postJson } from './http-json.js';
import { describeError, type Log } from './log.js';
import { backOffMs, pause, type Timers } from './timers.js';
import { childTrace } from './trace.js';

export interface ControlClientOptions {
  controlUrl: string;
  /** Of the session, for its registration. */
  traceparent: string | undefined;
  timers: Timers;
  log: Log;
  signal: AbortSignal;
  /** The control plane says that this worker must not act any more. */
  onFenced(code: string): void;
}

interface Busy {
  reason?: string;
  /** Of the monotonic clock. */
  untilMs: number;
}

const callTimeoutMs = 10_000;
const maxAnswerBytes = 64 * 1024;
const refusals: ReadonlySet<string> = new Set([
  'stale',
  'session-ended',
  'not-authenticated',
  'token-expired',
  'not-allowed',
]);
const passing: ReadonlySet<string> = new Set(['token-expired', 'too-many-requests']);
const fences: ReadonlySet<string> = new Set(['stale', 'session-ended', 'unknown-session']);

/** The worker's line to its session service: registers once, keeps its token fresh, reports. Follows the control URL. */
export class ControlClient {
  #url: string;
  #token = '';
  #nextProgress: ProgressRequest | undefined;
  #isReporting = false;
  #busy: Busy | undefined;

  constructor(private readonly options: ControlClientOptions) {
    this.#url = options.controlUrl;
  }

  /** After a takeover the new holder is somewhere else, and knows nothing of what was said to the old one. */
  moveTo(controlUrl: string): void {
    if (controlUrl === this.#url) return;
    this.#url = controlUrl;
    if (this.#busy !== undefined) void this.#reportBusy(this.#busy);
  }

  /** Retries until `timeoutMs` have passed or it is refused; then rejects. Resolves with the accept token. */
  async register(joinToken: string, request: RegisterRequest, timeoutMs: number): Promise<string> {
    const { timers } = this.options;
    const deadline = new AbortController();
    const cancel = timers.after(timeoutMs, () => deadline.abort());
    try {
      for (let attempt = 0; ; attempt++) {
        const answer = await this.#tryRegister(joinToken, request, deadline.signal);
        if (answer !== undefined) return answer;
        await pause(timers, backOffMs(attempt, timers.random()), deadline.signal);
      }
    } finally {
      cancel();
    }
  }

  async #tryRegister(joinToken: string, request: RegisterRequest, deadline: AbortSignal): Promise<string | undefined> {
    const { traceparent } = this.options;
    try {
      const { body, sentAtMs } = await this.#post('register', joinToken, request, { deadline, traceparent });
      const answer = body as RegisterAnswer;
      this.#hold(answer, sentAtMs);
      return answer.acceptToken;
    } catch (error) {
      const isFinal = error instanceof MusterError && refusals.has(error.code);
      if (isFinal || deadline.aborted || this.options.signal.aborted) throw error;
      this.options.log.warn('registering failed, trying again', describeError(error));
      return undefined;
    }
  }

  /** Best effort, newest wins: one call is under way at a time. */
  progress(progress: ProgressRequest): void {
    this.#nextProgress = progress;
    if (!this.#isReporting) void this.#report();
  }

  /** Repeated until it is known: a session whose holder has not heard it may be ended as idle. */
  busy({ forMs, ...rest }: BusyRequest): void {
    this.#busy = { ...rest, untilMs: performance.now() + forMs };
    void this.#reportBusy(this.#busy);
  }

  async #reportBusy(busy: Busy): Promise<void> {
    const { signal, timers } = this.options;
    const { untilMs, ...rest } = busy;
    for (let attempt = 0; !signal.aborted && this.#busy === busy; attempt++) {
      const forMs = Math.ceil(untilMs - performance.now());
      if (forMs <= 0 || (await this.#bestEffort('busy', { ...rest, forMs }))) return;
      await pause(timers, backOffMs(attempt, timers.random()), signal);
    }
  }

  async #report(): Promise<void> {
    this.#isReporting = true;
    for (let next = this.#nextProgress; next !== undefined; next = this.#nextProgress) {
      this.#nextProgress = undefined;
      await this.#bestEffort('progress', next);
    }
    this.#isReporting = false;
  }

  /** False when the same may be worth another try. */
  async #bestEffort(path: string, body: unknown): Promise<boolean> {
    try {
      await this.#post(path, this.#token, body);
      return true;
    } catch (error) {
      this.options.log.warn(`reporting ${path} failed`, describeError(error));
      return error instanceof MusterError && error.status < 500 && !passing.has(error.code);
    }
  }

  /** Renews after two thirds of the token's life, measured between two times of the other computer's clock. */
  #hold({ token, expiresAt }: { token: string; expiresAt: string }, sentAtMs: number = Date.now()): void {
    this.#token = token;
    const livesMs = Math.max(1500, Date.parse(expiresAt) - sentAtMs);
    if (Number.isFinite(livesMs)) this.options.timers.after((livesMs * 2) / 3, () => void this.#refresh());
  }

  async #refresh(): Promise<void> {
    const { signal, timers, log, onFenced } = this.options;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const { body, sentAtMs } = await this.#post('refresh', this.#token, {});
        return this.#hold(body as RegisterAnswer, sentAtMs);
      } catch (error) {
        if (error instanceof MusterError && fences.has(error.code)) return onFenced(error.code);
        log.warn('refreshing the token failed, trying again', describeError(error));
        await pause(timers, backOffMs(attempt + 2, timers.random()), signal);
      }
    }
  }

  async #post(
    path: string,
    bearer: string,
    body: unknown,
    { deadline, traceparent }: { deadline?: AbortSignal; traceparent?: string | undefined } = {},
  ) {
    const limit = new AbortController();
    const cancel = this.options.timers.after(callTimeoutMs, () => limit.abort());
    const signal = AbortSignal.any([this.options.signal, limit.signal, ...(deadline ? [deadline] : [])]);
    try {
      const headers = traceparent !== undefined && { headers: { traceparent: childTrace(traceparent) } };
      return await postJson({ url: `${this.#url}/${path}`, bearer, body, ...headers, signal, maxAnswerBytes });
    } finally {
      cancel();
    }
  }
}

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { addAbortSignal } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import { BackendUnavailable } from '../../contract/errors.js';
import { KubernetesRefusal } from './kubernetes-refusal.js';
import { TokenBucket } from './token-bucket.js';

/** Where the API server is and how we show who we are. */
export interface ApiAccess {
  /** Base address, like `https://10.96.0.1:443`. */
  readonly server: string;
  /** Authority and client certificate. Asked for once. */
  tls(): Promise<SecureContextOptions>;
  /** The value of the header, asked for before every call. `renew`: the last one was refused. */
  authorization(renew: boolean): Promise<string | undefined>;
}

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** For errors: what is asked of the cluster, like `a pod`. */
  readonly question: string;
  /** Of the whole answer; of a stream, until it begins. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export interface TransportOptions {
  /** Of an answer to a call that names no deadline. */
  readonly answerMs: number;
  readonly callsPerSecond: number;
  readonly callsAtOnce: number;
  /** A server that is too busy says when to come back; it is believed so often, and up to so long. */
  readonly busyTries: number;
  readonly busyWaitMs: number;
  readonly longestAnswerBytes: number;
  /** How a wait passes. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const defaults: TransportOptions = {
  answerMs: 30_000,
  callsPerSecond: 50,
  callsAtOnce: 100,
  busyTries: 5,
  busyWaitMs: 10_000,
  longestAnswerBytes: 64 * 1024 ** 2,
  pause: (ms, signal) => pause(ms, undefined, { signal }),
};

/** Calls of the API server over connections that are kept. Errors are `KubernetesRefusal`, `BackendUnavailable` or the caller's reason. */
export class ApiTransport {
  private agent: Promise<HttpAgent> | undefined;
  private readonly closing = new AbortController();
  private readonly options: TransportOptions;
  private readonly bucket: TokenBucket;

  constructor(
    private readonly access: ApiAccess,
    options: Partial<TransportOptions> = {},
  ) {
    this.options = { ...defaults, ...options };
    this.bucket = new TokenBucket(this.options.callsPerSecond, this.options.callsAtOnce);
  }

  get server(): string {
    return this.access.server;
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  close(): void {
    this.closing.abort();
    void this.agent?.then((agent) => agent.destroy()).catch(() => {});
  }

  async json<T>(call: ApiCall): Promise<T> {
    return this.asked(call, async (signal) => {
      const answer = await this.answered(call, signal);
      return JSON.parse(await this.textOf(answer)) as T;
    });
  }

  /** Resolves when the answer begins; it ends with the signal, and with an error when the connection is lost. */
  async stream(call: ApiCall): Promise<IncomingMessage> {
    const whole = AbortSignal.any([this.closing.signal, ...(call.signal ? [call.signal] : [])]);
    return this.asked(call, async (signal) => {
      const answer = await this.answered(call, signal, whole);
      return answer;
    });
  }

  private async asked<T>(call: ApiCall, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.isClosed) throw new BackendUnavailable('this back end was closed');
    call.signal?.throwIfAborted();
    const given = call.signal === undefined ? [] : [call.signal];
    const deadlineMs = this.deadlineOf(call);
    const deadline = AbortSignal.timeout(deadlineMs);
    try {
      return await ask(AbortSignal.any([this.closing.signal, deadline, ...given]));
    } catch (error) {
      call.signal?.throwIfAborted();
      if (error instanceof BackendUnavailable) throw error;
      const why = deadline.aborted ? `no answer within ${deadlineMs} ms` : textOfError(error);
      throw new BackendUnavailable(`the cluster does not answer when asked for ${call.question}: ${why}`, {
        cause: error,
      });
    }
  }

  /** The answer with a status of success. `whole`: what ends the answer's body, where that is not what bounds the asking. */
  private async answered(call: ApiCall, signal: AbortSignal, whole = signal): Promise<IncomingMessage> {
    let renew = false;
    const endsAtMs = performance.now() + this.deadlineOf(call);
    for (let tries = 1; ; tries += 1) {
      await this.bucket.take(signal);
      const answer = await this.sent(call, { renew, signal, whole });
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return answer;
      // The body of a refusal is part of the asking, also where a stream was asked for.
      const refusal = refusalOf(call, status, await this.textOf(addAbortSignal(signal, answer)));
      const busyMs = isBusy(status) && tries < this.options.busyTries ? this.busyMs(answer, tries) : undefined;
      if (status === 401 && !renew) renew = true;
      // Who would be told to come back after the deadline hears at once why there is no answer.
      else if (busyMs === undefined || performance.now() + busyMs >= endsAtMs) throw refusal;
      else await this.options.pause(busyMs, signal);
    }
  }

  private deadlineOf({ deadlineMs }: ApiCall): number {
    return deadlineMs ?? this.options.answerMs;
  }

  private busyMs(answer: IncomingMessage, tries: number): number {
    const seconds = Number(answer.headers['retry-after']);
    const asked = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 200 * 2 ** tries;
    return Math.min(asked, this.options.busyWaitMs);
  }

  /** A server may have ended a kept connection just before it was used again: a question that changes nothing is asked anew then. */
  private async sent(call: ApiCall, how: HowToSend): Promise<IncomingMessage> {
    try {
      return await this.send(call, how);
    } catch (error) {
      if (call.method !== 'GET' || !(error instanceof StaleConnection)) throw error;
      return this.send(call, how);
    }
  }

  /** One for all calls; what could not be read for it is read again by the next call. */
  private theAgent(): Promise<HttpAgent> {
    this.agent ??= this.openAgent().catch((error: unknown) => {
      this.agent = undefined;
      throw error;
    });
    return this.agent;
  }

  private async openAgent(): Promise<HttpAgent> {
    const options = { keepAlive: true, maxFreeSockets: 16 };
    if (!this.access.server.startsWith('https:')) return new HttpAgent(options);
    return new HttpsAgent({ ...options, ...(await this.access.tls()) });
  }

  private async send(call: ApiCall, { renew, signal, whole }: HowToSend): Promise<IncomingMessage> {
    const authorization = await this.access.authorization(renew);
    const agent = await this.theAgent();
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const headers = {
      accept: 'application/json',
      'user-agent': 'muster',
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined
        ? {}
        : { 'content-type': call.contentType ?? 'application/json', 'content-length': body.length }),
    };
    const url = new URL(this.access.server.replace(/\/+$/, '') + call.path);
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const abandon = (): void => void sent.destroy(signal.reason as Error);
      const sent = request(url, { method: call.method, headers, agent, signal: whole }, (answer) => {
        signal.removeEventListener('abort', abandon);
        resolve(answer);
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        signal.removeEventListener('abort', abandon);
        reject(sent.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection(error) : error);
      });
      signal.addEventListener('abort', abandon, { once: true });
      sent.end(body);
    });
  }

  private async textOf(answer: IncomingMessage): Promise<string> {
    const { longestAnswerBytes } = this.options;
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of answer as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > longestAnswerBytes) {
        answer.destroy();
        throw new BackendUnavailable(`the cluster's answer is longer than ${longestAnswerBytes} bytes`);
      }
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString('utf8');
  }
}

/** Of one try; `whole` ends the answer's body, `signal` the waiting for its beginning. */
interface HowToSend {
  readonly renew: boolean;
  readonly signal: AbortSignal;
  readonly whole: AbortSignal;
}

/** A kept connection was ended by the other side before anything came over it. */
class StaleConnection extends Error {
  readonly code = 'stale-connection';
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

function isBusy(status: number): boolean {
  return status === 429 || status === 503;
}

function refusalOf({ question }: ApiCall, status: number, text: string): BackendUnavailable {
  const { reason = '', message = text.slice(0, 500).trim() } = statusIn(text);
  if (status >= 500)
    return new BackendUnavailable(`the cluster failed when asked for ${question} (${status}): ${message}`);
  return new KubernetesRefusal(status, reason, message, question);
}

function statusIn(text: string): { reason?: string; message?: string } {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: unknown; message?: unknown };
    return {
      ...(typeof reason === 'string' ? { reason } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    };
  } catch {
    return {};
  }
}

function textOfError(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOfError).join('; ');
  return error instanceof Error ? error.message : String(error);
}

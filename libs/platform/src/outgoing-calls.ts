import { MusterError, type ErrorCode, type ProblemDetails } from '@muster/contracts';
import { traceparentOf } from './trace-context.js';

export interface OutgoingCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  body?: unknown;
  bearer?: string;
  headers?: Record<string, string>;
  /** The whole call, answer included. */
  deadlineMs: number;
  signal?: AbortSignal;
  /** Most bytes of the answer that are read. */
  maxAnswerBytes?: number;
}

/** A request to a program that knows nothing of us: sent as it is. */
export interface PlainCall extends Pick<OutgoingCall, 'url' | 'deadlineMs' | 'signal'> {
  method: string;
  headers: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
  /** A longer answer is refused. */
  maxAnswerBytes: number;
}

export interface PlainAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Outgoing HTTP calls as a port. */
export interface OutgoingCalls {
  /**
   * The JSON body of a 2xx answer (undefined when empty). Throws MusterError: the answer's own problem, or
   * `upstream-unavailable` (nobody answered; with `extensions.sent` false when no connection came about) or `deadline-exceeded`.
   */
  json<T>(call: OutgoingCall): Promise<T>;
  /** The raw answer for forwarding a stream; the caller reads or cancels the body. */
  stream(call: Omit<OutgoingCall, 'deadlineMs'> & { connectDeadlineMs: number }): Promise<Response>;
  /** The answer as it is, whatever its status. Throws as `json` does, and `body-too-large`. */
  plain(call: PlainCall): Promise<PlainAnswer>;
}

/** Nest injection token of the process's {@link OutgoingCalls}. */
export const OUTGOING_CALLS = Symbol('OutgoingCalls');

/** Real HTTP, by the platform's fetch (keep-alive, pooled per address). */
export class HttpOutgoingCalls implements OutgoingCalls {
  async json<T>(call: OutgoingCall): Promise<T> {
    const deadline = beginDeadline(call.deadlineMs, call.signal);
    try {
      const answer = await fetch(call.url, { ...requestOf(call), signal: deadline.orGivenUp });
      const text = await textOf(answer, call.maxAnswerBytes ?? 16 * 1024 * 1024);
      if (!answer.ok) throw problemOf(answer, text);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    } catch (error) {
      throw asMusterError(error, call, deadline.passed);
    } finally {
      deadline.end();
    }
  }

  async stream(call: Omit<OutgoingCall, 'deadlineMs'> & { connectDeadlineMs: number }): Promise<Response> {
    const deadline = beginDeadline(call.connectDeadlineMs, call.signal);
    try {
      const answer = await fetch(call.url, { ...requestOf(call), signal: deadline.orGivenUp });
      if (!answer.ok) throw problemOf(answer, await textOf(answer, 1024 * 1024));
      return answer;
    } catch (error) {
      throw asMusterError(error, call, deadline.passed);
    } finally {
      deadline.end();
    }
  }

  async plain({ url, method, headers, body, ...call }: PlainCall): Promise<PlainAnswer> {
    const deadline = beginDeadline(call.deadlineMs, call.signal);
    try {
      const answer = await fetch(url, {
        method,
        headers,
        redirect: 'manual',
        signal: deadline.orGivenUp,
        ...(body && { body }),
      });
      const bytes = await bytesOf(answer, call.maxAnswerBytes, 'body-too-large');
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: bytes };
    } catch (error) {
      throw asMusterError(error, { method, url, signal: call.signal }, deadline.passed);
    } finally {
      deadline.end();
    }
  }
}

/** `passed` aborts when the time is over, `orGivenUp` also with the caller's own signal. */
interface Deadline {
  passed: AbortSignal;
  orGivenUp: AbortSignal;
  end(): void;
}

/** Ended with its call: AbortSignal.timeout would keep the call and its trace until the time is over, long after the answer. */
function beginDeadline(ms: number, givenUp: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new DOMException('no answer in time', 'TimeoutError')), ms);
  const { signal: passed } = controller;
  const orGivenUp = givenUp === undefined ? passed : AbortSignal.any([givenUp, passed]);
  return { passed, orGivenUp, end: () => clearTimeout(timer) };
}

function requestOf(call: Pick<OutgoingCall, 'method' | 'headers' | 'bearer' | 'body'>): RequestInit {
  return {
    method: call.method,
    redirect: 'manual',
    headers: {
      accept: 'application/json',
      traceparent: traceparentOf(),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(call.bearer === undefined ? {} : { authorization: `Bearer ${call.bearer}` }),
      ...call.headers,
    },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  };
}

async function textOf(answer: Response, maxBytes: number): Promise<string> {
  return new TextDecoder().decode(await bytesOf(answer, maxBytes, 'upstream-unavailable'));
}

async function bytesOf(answer: Response, maxBytes: number, tooLarge: ErrorCode): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new MusterError(tooLarge, `the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const codeByStatus: Record<number, ErrorCode> = {
  401: 'not-authenticated',
  403: 'not-allowed',
  404: 'not-found',
  503: 'upstream-unavailable',
};

function problemOf(answer: Response, text: string): MusterError {
  const retryAfter = Number(answer.headers.get('retry-after'));
  const retryAfterMs = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1000 : undefined;
  try {
    const problem = JSON.parse(text) as Partial<ProblemDetails>;
    if (typeof problem.code === 'string') return MusterError.fromProblem(problem, retryAfterMs);
  } catch {
    // Not ours: described by its status below.
  }
  return new MusterError(
    codeByStatus[answer.status] ?? 'internal',
    `the other side answered ${answer.status}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function asMusterError(
  error: unknown,
  call: { method: string; url: string; signal?: AbortSignal },
  deadline: AbortSignal,
): MusterError {
  if (error instanceof MusterError) return error;
  const target = `${call.method} ${call.url.split('?')[0]}`;
  if (call.signal?.aborted) return new MusterError('cancelled', `${target} was cancelled`, { cause: error });
  if (deadline.aborted)
    return new MusterError('deadline-exceeded', `${target} did not answer in time`, { cause: error });
  const { cause } = error as { cause?: Cause };
  const code = cause?.code;
  const sent = !isBeforeConnection(cause);
  return new MusterError(
    'upstream-unavailable',
    `${target} cannot be reached${code === undefined ? '' : ` (${code})`}`,
    { cause: error, extensions: { sent } },
  );
}

interface Cause {
  code?: string;
  syscall?: string;
  /** Of a name with several addresses: one for each. */
  errors?: Cause[];
}

/** No name, no route, nobody who listens: whatever stood in the way, there was no connection to send anything on. */
function isBeforeConnection(cause: Cause | undefined): boolean {
  const { syscall } = cause?.errors?.[0] ?? cause ?? {};
  return syscall === 'connect' || syscall === 'getaddrinfo' || cause?.code === 'UND_ERR_CONNECT_TIMEOUT';
}

import {
  type ExecuteRequest,
  type HttpRequestAnswer,
  type HttpRequestBody,
  httpRequestAction,
  MusterError,
  type Route,
} from '@muster/contracts';
import type { PlainCall } from '@muster/platform';
import type { RelayParts } from './ports.js';
import { headersTo, type LinkPlace } from './worker-link.js';

export type CallAnswer = { kind: 'body'; body: unknown } | { kind: 'bytes'; topic: string; bytes: Uint8Array };

/** Calls workers that do not speak our stream. Each request is sent once: never a repeat. */
export interface WorkerCaller {
  /**
   * Rejects with the worker's own problem, `worker-unavailable` (it was not sent), `delivery-unknown` (it may have been done),
   * `cancelled`, `unknown-action`, `invalid-request`.
   */
  call(request: ExecuteRequest, signal: AbortSignal): Promise<CallAnswer>;
  /** A message without an answer. */
  push(request: ExecuteRequest): Promise<void>;
}

type Callee = () => { route: Route; place: LinkPlace };

/** `POST /v1/execute` and, for messages, `POST /v1/queue`. */
export function httpWorkerCaller(callee: Callee, { calls, settings }: RelayParts): WorkerCaller {
  const post = async <Answer>(
    path: string,
    body: ExecuteRequest,
    signal?: AbortSignal,
  ): Promise<Answer | undefined> => {
    const { route, place } = callee();
    return outcomeOf(
      calls.json<Answer>({
        method: 'POST',
        url: addressOf(route) + path,
        body,
        headers: headersTo(route, place),
        deadlineMs: settings.executeTimeoutMs,
        maxAnswerBytes: settings.maxFrameBytes,
        ...(signal && { signal }),
      }),
    );
  };
  return {
    call: async (request, signal) => answerOf(await post<WorkerAnswer>('/v1/execute', request, signal)),
    push: async (request) => void (await post('/v1/queue', request)),
  };
}

/** Programs know the reserved action only: it is done as an HTTP request by way of the program's node. */
export function programCaller(callee: Callee, { calls, settings }: RelayParts): WorkerCaller {
  return {
    call: async ({ action, body }, signal) => {
      if (action !== httpRequestAction)
        throw new MusterError('unknown-action', `a program of this kind takes ${httpRequestAction} only`);
      const { route, place } = callee();
      const { path, headers, ...request } = requestOf(body);
      const answer = await outcomeOf(
        calls.plain({
          ...request,
          url: addressOf(route) + path,
          headers: { ...headers, ...headersTo(route, place) },
          deadlineMs: settings.executeTimeoutMs,
          maxAnswerBytes: settings.maxFrameBytes,
          signal,
        }),
      );
      return { kind: 'body', body: { ...answer, ...textOrBase64(answer.body) } satisfies HttpRequestAnswer };
    },
    push: () => Promise.reject(new MusterError('unknown-action', 'a program of this kind takes no messages')),
  };
}

interface WorkerAnswer {
  body?: unknown;
  binary?: { topic: string; base64: string };
}

function answerOf(answer: WorkerAnswer | undefined): CallAnswer {
  const { body = null, binary } = answer ?? {};
  if (binary === undefined) return { kind: 'body', body };
  return { kind: 'bytes', topic: binary.topic, bytes: Buffer.from(binary.base64, 'base64') };
}

function addressOf({ address, role }: Route): string {
  if (address === undefined) throw new MusterError('worker-unavailable', `${role} cannot be called now`);
  return address;
}

/** `sent` stands in errors of our own calls only; a problem that the worker answered goes on as it is. */
async function outcomeOf<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof MusterError)) throw lost(error);
    if (error.code === 'upstream-unavailable' && error.extensions['sent'] === false)
      throw new MusterError('worker-unavailable', 'the worker cannot be reached: the request was not sent', {
        cause: error,
      });
    if (error.code === 'upstream-unavailable' || (error.code === 'deadline-exceeded' && error.cause !== undefined))
      throw lost(error);
    throw error;
  }
}

function lost(cause: unknown): MusterError {
  return new MusterError(
    'delivery-unknown',
    'the connection to the worker was lost: whether the request was done is unknown',
    { cause },
  );
}

function requestOf(body: unknown): { path: string } & Pick<PlainCall, 'method' | 'headers' | 'body'> {
  const { method, path, headers = {}, body: content, bodyEncoding } = (body ?? {}) as Partial<HttpRequestBody>;
  if (typeof method !== 'string' || !/^[A-Z]{1,16}$/.test(method) || typeof path !== 'string' || !path.startsWith('/'))
    throw new MusterError(
      'invalid-request',
      'http.request needs a method (GET, POST ...) and a path that begins with /',
    );
  const bytes = content === undefined ? undefined : Buffer.from(content, bodyEncoding === 'base64' ? 'base64' : 'utf8');
  return { path, method, headers, ...(bytes && { body: bytes }) };
}

function textOrBase64(bytes: Buffer): Pick<HttpRequestAnswer, 'body' | 'bodyEncoding'> {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes)
    ? { body: text, bodyEncoding: 'utf8' }
    : { body: bytes.toString('base64'), bodyEncoding: 'base64' };
}

import type { IncomingMessage, RequestOptions } from 'node:http';
import { MusterError, type ProblemDetails } from '@muster/contracts/wire';
import { Agent, request as httpRequest } from './node-http.js';

export interface JsonCall {
  url: string;
  bearer: string;
  body: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  maxAnswerBytes: number;
}

export interface JsonAnswer {
  body: unknown;
  /** The other computer's clock, ms since 1970; undefined when it sent none. */
  sentAtMs: number | undefined;
}

/** The call did not come back. `wasSent`: the other side may have received it. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly code = 'call-failed';
  constructor(
    readonly wasSent: boolean,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

// Shorter than the keep-alive time of common servers, so that no request meets a socket that is being closed.
const agent = new Agent({ keepAlive: true, timeout: 4000 });

/** POSTs JSON. Throws the MusterError of a problem answer, or CallFailed. (`node:http`: fetch costs 30 ms of start time.) */
export async function postJson(call: JsonCall): Promise<JsonAnswer> {
  const answer = await send(call);
  const text = await readText(answer, call.maxAnswerBytes).catch((error: unknown) => {
    throw new CallFailed(true, error);
  });
  const body = parse(text);
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return { body, sentAtMs: Date.parse(answer.headers.date ?? '') || undefined };
  throw MusterError.fromProblem(
    isProblem(body) ? body : { code: 'worker-unavailable', detail: `HTTP ${status} without a problem document` },
  );
}

async function send(call: JsonCall): Promise<IncomingMessage> {
  const payload = Buffer.from(JSON.stringify(call.body ?? {}));
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      ...call.headers,
      authorization: `Bearer ${call.bearer}`,
      'content-type': 'application/json',
      'content-length': payload.byteLength,
    },
    ...(call.signal && { signal: call.signal }),
  };
  const isTls = call.url.startsWith('https:');
  const start = isTls ? (await import('node:https')).request : httpRequest;
  return new Promise((resolve, reject) => {
    const request = start(call.url, isTls ? options : { ...options, agent });
    let isConnected = false;
    request.once('socket', (socket) => {
      if (!socket.connecting) isConnected = true;
      else socket.once('connect', () => (isConnected = true));
    });
    request.once('response', resolve);
    request.once('error', (error) => reject(new CallFailed(isConnected, error)));
    request.end(payload);
  });
}

async function readText(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      answer.destroy();
      throw new MusterError('body-too-large', `the answer has more than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is ProblemDetails {
  return typeof value === 'object' && value !== null && 'code' in value;
}

import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { MusterError } from '@muster/contracts/wire';
import { describeError, type Log } from './log.js';
import { createServer } from './node-http.js';
import { traceIdOf } from './trace.js';

export interface Call {
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
  /** Aborted when the caller goes away before its answer. */
  signal: AbortSignal;
}

export interface Reply {
  status: number;
  json: string;
}

export interface HttpServerOptions {
  /** `POST` routes by path; each is guarded. */
  posts: Readonly<Record<string, (call: Call) => Promise<Reply> | Reply>>;
  /** Throws (or rejects with) a MusterError for who may not call. */
  guard(headers: IncomingHttpHeaders): Promise<void>;
  isReady(): boolean;
  maxBodyBytes: number;
  log: Log;
}

const requestTimeoutMs = 30_000;
const keepAliveTimeoutMs = 65_000;

/** The HTTP-JSON side of a worker. Every failure is answered as a problem document. */
export function createWorkerServer(options: HttpServerOptions): Server {
  const server = createServer((request, response) => {
    answer(options, request, response).then(
      (reply) => write(response, reply),
      (error: unknown) => write(response, problemReply(options.log, error, request.headers)),
    );
  });
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = keepAliveTimeoutMs;
  return server;
}

async function answer(options: HttpServerOptions, request: IncomingMessage, response: ServerResponse): Promise<Reply> {
  const path = (request.url ?? '').split('?')[0]!;
  if (request.method === 'GET') return health(options, path);
  const handle = Object.hasOwn(options.posts, path) ? options.posts[path] : undefined;
  if (handle === undefined) throw new MusterError('not-found', `there is no ${request.method} ${path}`);
  if (request.method !== 'POST') throw new MusterError('method-not-allowed', `${path} takes POST`);
  await options.guard(request.headers);
  const body = await readBody(request, options.maxBodyBytes);
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return handle({ headers: request.headers, body, signal: gone.signal });
}

function health(options: HttpServerOptions, path: string): Reply {
  if (path === '/health/live') return ok({ status: 'ok' });
  if (path !== '/health/ready') throw new MusterError('not-found', `there is no GET ${path}`);
  if (!options.isReady()) throw new MusterError('not-ready', 'the worker is not initialised');
  return ok({ status: 'ok' });
}

export function ok(body: unknown, status = 200): Reply {
  return { status, json: JSON.stringify(body) };
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Record<string, unknown>> {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    throw new MusterError('unsupported-media-type', 'the content type must be application/json');
  const tooLarge = new MusterError('body-too-large', `the body has more than ${maxBytes} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return parseObject(Buffer.concat(chunks).toString('utf8'));
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new MusterError('malformed-json', 'the body is not JSON', { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new MusterError('invalid-request', 'the body must be an object');
}

function problemReply(log: Log, error: unknown, headers: IncomingHttpHeaders): Reply {
  const traceId = traceIdOf(String(headers['traceparent'] ?? ''));
  if (!(error instanceof MusterError)) log.error('a call failed', { traceId, ...describeError(error) });
  const known =
    error instanceof MusterError ? error : new MusterError('internal', 'something went wrong in the worker');
  return { status: known.status, json: JSON.stringify(known.toProblem(traceId)) };
}

function write(response: ServerResponse, { status, json }: Reply): void {
  if (response.destroyed) return;
  const isProblem = status >= 400;
  response.writeHead(status, {
    'content-type': isProblem ? 'application/problem+json' : 'application/json',
    'content-length': Buffer.byteLength(json),
    // A refused body may still be on its way: the connection is not used again.
    ...(isProblem && status < 500 && { connection: 'close' }),
  });
  response.end(json);
}

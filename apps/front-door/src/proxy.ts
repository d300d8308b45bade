import { request as httpRequest, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { BlockList } from 'node:net';
import type { Duplex } from 'node:stream';
import { MusterError } from '@muster/contracts';
import type { Balancer } from './balancer.js';
import { forwardedHeaders } from './forwarded.js';
import { upstreamOf, type Upstream } from './routes.js';

export interface ProxyOptions {
  balancers: Readonly<Record<Upstream, Balancer>>;
  connectTimeoutMs: number;
  idleTimeoutMs: number;
  /** A larger body is refused here: a service that refuses it closes the connection, and its answer could be lost. */
  maxBodyBytes: number;
  /** Header lines for every answer, for example Strict-Transport-Security. */
  extraHeaders: Readonly<Record<string, string>>;
  secure: boolean;
  /** Whose X-Forwarded headers are passed on. */
  trustedProxies: BlockList;
  onError: (upstream: Upstream, error: unknown) => void;
}

/** Connection-specific headers (RFC 9110, 7.6.1): they end here. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Passes requests and WebSocket upgrades on by path; bodies are streamed, never kept. */
export class Proxy {
  constructor(private readonly options: ProxyOptions) {}

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const upstream = upstreamOf(pathOf(incoming));
    try {
      const answer = await this.ask(upstream, incoming, (request) =>
        pipeWithin(this.options.maxBodyBytes, incoming, request),
      );
      outgoing.writeHead(answer.statusCode ?? 502, { ...forwardable(answer.headers), ...this.options.extraHeaders });
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
      outgoing.once('close', () => answer.destroy());
    } catch (error) {
      if (error instanceof BodyTooLarge) return refuse(outgoing, error.problem);
      this.options.onError(upstream, error);
      refuse(outgoing, new MusterError('upstream-unavailable', `the service ${upstream} cannot be reached; try again`));
    }
  }

  async upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const upstream = upstreamOf(pathOf(incoming));
    socket.on('error', () => socket.destroy());
    for (const address of await this.options.balancers[upstream].order()) {
      const joined = await this.tryUpgrade(address, incoming, { socket, head });
      if (joined) return;
      this.options.balancers[upstream].failed(address);
    }
    socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\n\r\n');
  }

  /** The first answer of an upstream that takes the connection. A request whose body began to flow is not repeated. */
  private async ask(
    upstream: Upstream,
    incoming: IncomingMessage,
    send: (request: ClientRequest) => void,
  ): Promise<IncomingMessage> {
    let last: unknown = new MusterError('upstream-unavailable', `no address of ${upstream} is configured`);
    for (const address of await this.options.balancers[upstream].order()) {
      const request = this.open(address, incoming, { ...forwardable(incoming.headers) });
      try {
        await connected(request, this.options.connectTimeoutMs);
      } catch (error) {
        this.options.balancers[upstream].failed(address);
        last = error;
        continue;
      }
      send(request);
      return await answered(request);
    }
    throw last;
  }

  private open(
    address: string,
    incoming: IncomingMessage,
    headers: Record<string, string | string[] | undefined>,
  ): ClientRequest {
    const target = new URL(address);
    const request = httpRequest({
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      agent: false,
      headers: {
        ...headers,
        ...forwardedHeaders(
          { headers: incoming.headers, peer: incoming.socket.remoteAddress ?? '', secure: this.options.secure },
          this.options.trustedProxies,
        ),
      },
    });
    request.setTimeout(this.options.idleTimeoutMs, () =>
      request.destroy(new MusterError('deadline-exceeded', 'nothing moved for too long')),
    );
    return request;
  }

  private tryUpgrade(
    address: string,
    incoming: IncomingMessage,
    end: { socket: Duplex; head: Buffer },
  ): Promise<boolean> {
    return new Promise((resolve) => {
      const headers = { ...forwardable(incoming.headers), connection: 'Upgrade', upgrade: incoming.headers.upgrade };
      const request = this.open(address, incoming, headers);
      request.once('error', () => resolve(false));
      request.once('response', (answer) => {
        end.socket.write(headText(answer));
        answer.pipe(end.socket);
        resolve(true);
      });
      request.once('upgrade', (answer, upstreamSocket, upstreamHead) => {
        end.socket.write(headText(answer));
        if (upstreamHead.length > 0) end.socket.write(upstreamHead);
        if (end.head.length > 0) upstreamSocket.write(end.head);
        join(end.socket, upstreamSocket, this.options.idleTimeoutMs);
        resolve(true);
      });
      request.end();
    });
  }
}

function join(
  one: Duplex & { setTimeout?: (ms: number) => unknown },
  other: Duplex & { setTimeout?: (ms: number, task: () => void) => unknown },
  idleTimeoutMs: number,
): void {
  one.pipe(other).pipe(one);
  const endBoth = (): void => {
    one.destroy();
    other.destroy();
  };
  other.setTimeout?.(idleTimeoutMs, endBoth);
  for (const each of [one, other]) each.once('close', endBoth).on('error', endBoth);
}

function connected(request: ClientRequest, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => request.destroy(new MusterError('deadline-exceeded', 'the connection was not taken in time')),
      timeoutMs,
    );
    const settle = (task: () => void) => (): void => {
      clearTimeout(timer);
      task();
    };
    request.once('error', (error) => settle(() => reject(error))());
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', settle(resolve));
      else settle(resolve)();
    });
  });
}

function answered(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
}

function forwardable(
  headers: Record<string, string | string[] | undefined>,
): Record<string, string | string[] | undefined> {
  const named = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.trim());
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !hopByHop.has(name) && !named.includes(name) && !name.startsWith('x-forwarded-'),
    ),
  );
}

function headText(answer: IncomingMessage): string {
  const lines: string[] = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2)
    lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}`);
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('\r\n')}\r\n\r\n`;
}

function pathOf(incoming: IncomingMessage): string {
  return (incoming.url ?? '/').split('?')[0] ?? '/';
}

/** Ends the request with BodyTooLarge when more than this comes. */
function pipeWithin(maxBytes: number, incoming: IncomingMessage, request: ClientRequest): void {
  let bytes = Number(incoming.headers['content-length'] ?? 0);
  const isTooLarge = (): boolean => {
    if (bytes <= maxBytes) return false;
    incoming.unpipe(request);
    incoming.resume();
    request.destroy(new BodyTooLarge(maxBytes));
    return true;
  };
  if (isTooLarge()) return;
  bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    const wasTooLarge = bytes > maxBytes;
    bytes += chunk.length;
    if (!wasTooLarge) isTooLarge();
  });
  incoming.pipe(request);
}

class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly problem: MusterError;
  constructor(maxBytes: number) {
    super(`the body has more than ${maxBytes} bytes`);
    this.problem = new MusterError('body-too-large', `at most ${maxBytes} bytes are taken`);
  }
}

function refuse(outgoing: ServerResponse, error: MusterError): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const headers = { 'content-type': 'application/problem+json; charset=utf-8' };
  outgoing
    .writeHead(error.status, error.status === 503 ? { ...headers, 'retry-after': '1' } : headers)
    .end(JSON.stringify(error.toProblem()));
}

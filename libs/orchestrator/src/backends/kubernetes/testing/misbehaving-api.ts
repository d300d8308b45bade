import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request as it came. */
export interface Received {
  readonly method: string | undefined;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Which of the connections it came over, counted from 1. */
  readonly connection: number;
}

export type Answer = (response: ServerResponse, socket: Socket) => void;

/** An API server that answers as a test says: over real connections, and badly where it should. */
export class MisbehavingApi {
  readonly received: Received[] = [];
  private readonly answers: Answer[] = [];
  private readonly connections: Socket[] = [];
  private readonly arrivals = new EventEmitter();
  private readonly server = createServer((request, response) => void this.take(request, response));

  private constructor() {
    this.server.on('connection', (socket) => this.connections.push(socket));
  }

  static async start(): Promise<MisbehavingApi> {
    const api = new MisbehavingApi();
    api.server.listen(0, '127.0.0.1');
    await once(api.server, 'listening');
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What the next requests get, one each; those after them an empty object. */
  next(...answers: Answer[]): this {
    this.answers.push(...answers);
    return this;
  }

  /** Resolves when so many requests have come. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) await once(this.arrivals, 'request');
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await buffer(request)).toString('utf8');
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    this.received.push({
      method: request.method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: request.headers,
      body,
      connection: this.connections.indexOf(request.socket) + 1,
    });
    (this.answers.shift() ?? answers.value({}))(response, request.socket);
    this.arrivals.emit('request');
  }
}

/** Ways to answer. */
export const answers = {
  value:
    (value: unknown, status = 200): Answer =>
    (response) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value)),
  text:
    (text: string, status = 200): Answer =>
    (response) =>
      void response.writeHead(status).end(text),
  /** As Kubernetes refuses; `retryAfter` is its header. */
  refusal:
    (status: number, reason: string, message: string, retryAfter?: string): Answer =>
    (response) => {
      const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      response.writeHead(status, headers).end(JSON.stringify({ kind: 'Status', reason, message }));
    },
  never: (): Answer => () => {},
  /** Begins, and goes on as the test says. */
  begins:
    (goOn: (response: ServerResponse) => void, status = 200): Answer =>
    (response) => {
      response.writeHead(status);
      response.flushHeaders();
      goOn(response);
    },
  /** Nothing but a reset of the connection. */
  reset: (): Answer => (_, socket) => void socket.resetAndDestroy(),
  /** These bytes, and then the connection ends. */
  bytes:
    (text: string): Answer =>
    (_, socket) =>
      void socket.end(text),
};

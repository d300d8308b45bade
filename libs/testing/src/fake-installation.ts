import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HelloFrame, PeerState, SessionNews, SessionView } from '@muster/contracts/wire';
import { decodeBinaryHead, forwardable, parseFrame, withBinaryClient, withClient } from '@muster/relay';
import { WebSocket, WebSocketServer } from 'ws';
import type { WorkerHarness } from './worker-harness.js';
import { encodeFrame } from './encode-frame.js';

export interface RestCall {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Record<string, unknown>;
}

/**
 * An installation as a client sees it: logins, one session with scripted events, tickets, and a small relay that passes frames
 * on to real SDK workers. It can be told to fail, to end tokens, and to drop its sockets.
 */
export class FakeInstallation {
  readonly calls: RestCall[] = [];
  /** Each entry answers one call of REST with this instead; 0 breaks the connection. */
  readonly failures: { status: number; code: string }[] = [];
  readonly events: SessionNews[] = [];
  /** Pieces of a worker's output, as they arrive. */
  readonly output: string[] = [];
  readonly hellos: HelloFrame[] = [];
  readonly workers = new Map<string, { harness: WorkerHarness; incarnation: number }>();
  session: Partial<SessionView> = { id: 'ses_1', state: 'queued' };
  heartbeatMs = 60_000;
  /** The relay answers nothing, as if its computer were gone. */
  isSilent = false;
  /** The next event streams end after so many events. */
  eventsPerStream = Number.POSITIVE_INFINITY;
  #validToken = 'access-1';
  #logins = 0;
  readonly #streams = new Set<ServerResponse>();
  readonly #routes = new Set<ClientRoute>();
  #server: Server | undefined;
  #watchers = new Set<() => void>();

  static async start(): Promise<FakeInstallation> {
    const installation = new FakeInstallation();
    const server = createServer((request, response) => void installation.#serve(request, response));
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'muster.v1' });
    sockets.on('connection', (socket) => installation.#routes.add(new ClientRoute(socket, installation)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    installation.#server = server;
    return installation;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  endTokens(): void {
    this.#validToken = 'ended';
  }

  addEvent(news: SessionNews): void {
    this.events.push(news);
    for (const stream of this.#streams) stream.write(sse(news));
  }

  /** Closes every client's socket with this code; 1006 breaks it instead. */
  dropSockets(code: number): void {
    for (const route of this.#routes) route.drop(code);
    this.#routes.clear();
  }

  announcePeer(peer: PeerState): void {
    for (const route of this.#routes) route.announce(peer);
  }

  /** Until the condition holds; looked at after each hello and call. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#watchers.add(resolve));
  }

  wake(): void {
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }

  async stop(): Promise<void> {
    this.dropSockets(1006);
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>;
    this.calls.push({ method: request.method ?? '', path, headers: request.headers, body });
    this.wake();
    const failure = this.failures.shift();
    if (failure?.status === 0) return void request.socket.destroy();
    if (failure !== undefined) return reply(response, failure.status, { code: failure.code, detail: 'scripted' });
    if (path === '/v1/auth/login' || path === '/v1/auth/refresh') return this.#login(response);
    if (request.headers.authorization !== `Bearer ${this.#validToken}`)
      return reply(response, 401, { code: 'token-expired', detail: 'ended' });
    if (path === '/v1/auth/logout') return void response.writeHead(204).end();
    if (path.endsWith('/events')) return this.#follow(request, response);
    if (/\/logs(\?|$)/.test(path)) {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      for (const piece of this.output) response.write(piece);
      return void response.end();
    }
    if (path.endsWith('/tickets')) {
      const url = `${this.baseUrl.replace('http', 'ws')}/v1/connect?ticket=t`;
      return reply(response, 201, { ticket: 't', url, expiresAt: new Date(0).toISOString() });
    }
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    reply(response, request.method === 'POST' ? 202 : 200, this.session);
  }

  #login(response: ServerResponse): void {
    this.#validToken = `access-${++this.#logins}`;
    const user = { id: 'usr_1', username: 'ada', role: 'user', disabled: false, createdAt: new Date(0).toISOString() };
    const refreshToken = `refresh-${this.#logins}`;
    reply(response, 200, { accessToken: this.#validToken, refreshToken, expiresAt: new Date(0).toISOString(), user });
  }

  #follow(request: IncomingMessage, response: ServerResponse): void {
    const after = Number(request.headers['last-event-id'] ?? 0);
    const fresh = this.events.filter((news) => 'id' in news && news.id > after);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n');
    for (const news of fresh.slice(0, this.eventsPerStream)) response.write(sse(news));
    if (fresh.length >= this.eventsPerStream) return void response.end();
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }
}

/** One client's socket and its connections to the workers. */
class ClientRoute {
  #client = '';
  readonly #legs = new Map<string, WebSocket>();

  constructor(
    private readonly socket: WebSocket,
    private readonly installation: FakeInstallation,
  ) {
    socket.on('message', (data: Buffer, isBinary) => this.#fromClient(data, isBinary));
    socket.on('close', () => this.#legs.forEach((leg) => leg.terminate()));
  }

  drop(code: number): void {
    if (code === 1006) this.socket.terminate();
    else this.socket.close(code);
    this.#legs.forEach((leg) => leg.terminate());
  }

  announce({ role, incarnation, state }: PeerState): void {
    this.socket.send(encodeFrame({ kind: 'event', event: 'peer', body: { role, incarnation, state } }));
    void this.#join(role, 0, 1_000_000);
  }

  #fromClient(data: Buffer, isBinary: boolean): void {
    if (this.installation.isSilent) return;
    if (isBinary) {
      const head = decodeBinaryHead(data);
      if (head.ok) this.#legs.get(head.frame.role)?.send(withBinaryClient(data, this.#client));
      return;
    }
    const text = data.toString('utf8');
    const head = forwardable(text);
    if (!head.ok) return this.socket.close(1002);
    const parsed = head.head.kind === 'hello' ? parseFrame(text) : undefined;
    if (parsed?.ok && parsed.frame.kind === 'hello') return void this.#hello(parsed.frame);
    if (head.head.kind === 'ping') return this.socket.send('{"kind":"pong"}');
    this.#legs.get(head.head.role ?? '')?.send(withClient(text, this.#client));
  }

  async #hello(hello: HelloFrame): Promise<void> {
    this.#client = hello.clientId;
    this.installation.hellos.push(hello);
    this.installation.wake();
    const roles = [...this.installation.workers].map(([role, { incarnation }]) => ({ role, incarnation }));
    const known = ({ role, incarnation }: { role: string; incarnation: number }) =>
      hello.streams.find((stream) => stream.role === role && stream.incarnation === incarnation);
    const welcome = {
      kind: 'welcome' as const,
      sessionId: 'ses_1',
      state: 'running',
      peers: roles.map((role) => ({ ...role, state: 'running' })),
      resumed: roles.filter(known).map((role) => ({ ...role, received: 0 })),
      fresh: roles.filter((role) => known(role) === undefined),
      credit: 1_000_000,
      heartbeatMs: this.installation.heartbeatMs,
      maxFrameBytes: 16_000_000,
    };
    this.socket.send(encodeFrame(welcome));
    for (const role of roles) await this.#join(role.role, known(role)?.received ?? 0, hello.credit ?? 1_000_000);
  }

  async #join(role: string, received: number, credit: number): Promise<void> {
    const { harness } = this.installation.workers.get(role)!;
    const leg = new WebSocket(`${harness.address.replace('http', 'ws')}/v1/stream`, 'muster.v1', {
      headers: harness.headers,
    });
    leg.on('error', () => {});
    leg.on('message', (data: Buffer, isBinary) => this.socket.send(isBinary ? data : data.toString('utf8')));
    await new Promise((resolve) => leg.once('open', resolve));
    leg.send(encodeFrame({ kind: 'client-here', client: this.#client, received, credit }));
    this.#legs.set(role, leg);
  }
}

function sse(news: SessionNews): string {
  return `${'id' in news ? `id: ${news.id}\n` : ''}event: ${news.kind}\ndata: ${JSON.stringify(news)}\n\n`;
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

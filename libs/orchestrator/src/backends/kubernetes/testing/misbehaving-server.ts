import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';

export interface SeenCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What a server does with one call. */
export type Behaviour = (answer: ServerResponse, socket: Socket) => void;

/** An HTTP server of this computer that does with each call what the test says, in order; the last one again and again. */
export class MisbehavingServer {
  readonly calls: SeenCall[] = [];
  private readonly arrivals: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    private readonly behaviours: Behaviour[],
  ) {}

  static async start(...behaviours: Behaviour[]): Promise<MisbehavingServer> {
    const server = createServer({ keepAliveTimeout: 0 });
    const own = new MisbehavingServer(server, behaviours);
    server.on('request', (request: IncomingMessage, answer: ServerResponse) => void own.take(request, answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return own;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves when so many calls have come. */
  async called(times: number): Promise<void> {
    while (this.calls.length < times) await new Promise<void>((resolve) => this.arrivals.push(resolve));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const { method = '', url = '', headers } = request;
    this.calls.push({ method, path: url, headers, body: Buffer.concat(pieces).toString('utf8') });
    for (const arrival of this.arrivals.splice(0)) arrival();
    const behaviour = this.behaviours.length > 1 ? this.behaviours.shift() : this.behaviours[0];
    behaviour?.(answer, request.socket);
  }
}

/** Answers with this status, as an API server does. */
export function answers(status: number, body: unknown = {}, headers: Record<string, string> = {}): Behaviour {
  return (answer) =>
    answer.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Never answers. */
export const isSilent: Behaviour = () => {};

/** Begins to answer, and goes no further. */
export const stalls: Behaviour = (answer) =>
  void answer.writeHead(200, { 'content-length': '1000' }).write('{"items":');

/** Breaks the connection, without a word or in the middle of one. */
export const breaksOff: Behaviour = (_answer, socket) => socket.resetAndDestroy();
export const breaksOffInTheMiddle: Behaviour = (answer, socket) => {
  answer.writeHead(200, { 'content-length': '1000' });
  answer.write('{"items":', () => socket.resetAndDestroy());
};

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { MusterError, subprotocol } from '@muster/contracts/wire';
import { sizeOf, writeTogether } from '@muster/relay';
import type { WebSocket } from 'ws';
import type { Leg } from './client-stream.js';
import { describeError, type Log } from './log.js';
import { expectSignsOfLife } from './signs-of-life.js';
import type { StreamHub } from './stream-hub.js';
import type { Timers } from './timers.js';

export interface StreamServerOptions {
  hub: StreamHub;
  guard(headers: IncomingMessage['headers']): Promise<void>;
  maxFrameBytes: number;
  timers: Timers;
  log: Log;
}

/** Serves `GET /v1/stream`. `ws` is loaded with the first relay that comes: it costs more start time than all the rest. */
export class StreamServer {
  readonly #sockets = new Set<WebSocket>();
  #legs = 0;

  constructor(private readonly options: StreamServerOptions) {}

  serve(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      this.#accept(request, socket, head).catch((error: unknown) => this.#refuse(socket, error));
    });
  }

  /** Serves a relay over this connection until it ends. `together` is told of each write before it. */
  open(socket: WebSocket, together: (bytes: number) => void = () => undefined): void {
    const { hub, log, timers } = this.options;
    const leg: Leg = {
      number: ++this.#legs,
      send: (encoded) => {
        together(sizeOf(encoded));
        socket.send(encoded);
      },
    };
    this.#sockets.add(socket);
    const stopBeat = expectSignsOfLife(socket, timers);
    socket.on('message', (data: Buffer, isBinary) => hub.receive(leg, isBinary ? data : data.toString('utf8')));
    socket.on('error', (error) => log.warn('a stream failed', describeError(error)));
    socket.on('close', () => {
      stopBeat();
      this.#sockets.delete(socket);
      hub.legClosed(leg);
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.close(1001);
  }

  terminate(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if ((request.url ?? '').split('?')[0] !== '/v1/stream')
      throw new MusterError('not-found', 'the stream is at /v1/stream');
    await this.options.guard(request.headers);
    const { WebSocketServer } = await import('ws');
    const acceptor = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.options.maxFrameBytes + 1024,
      handleProtocols: (protocols) => (protocols.has(subprotocol) ? subprotocol : false),
    });
    acceptor.handleUpgrade(request, socket, head, (webSocket) => this.open(webSocket, writeTogether(socket)));
  }

  #refuse(socket: Duplex, error: unknown): void {
    const known =
      error instanceof MusterError ? error : new MusterError('internal', 'something went wrong in the worker');
    const json = JSON.stringify(known.toProblem());
    socket.end(
      `HTTP/1.1 ${known.status} Refused\r\nconnection: close\r\ncontent-type: application/problem+json\r\n` +
        `content-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
    );
  }
}

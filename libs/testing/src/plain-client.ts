import { randomBytes } from 'node:crypto';
import { subprotocol, type Frame } from '@muster/contracts/wire';
import { decodeBinary, parseFrame } from '@muster/relay';
import { WebSocket } from 'ws';
import { encodeFrame } from './encode-frame.js';

export interface PlainClientOptions {
  origin?: string;
  /** Sent as soon as it is open; `null` = none. */
  hello?: Record<string, unknown> | null;
}

/** A client without the client library: sends what it likes, good or bad, and keeps what comes. */
export class PlainClient {
  readonly received: Frame[] = [];
  /** How it ended: a closing code, or the HTTP status that refused the upgrade. */
  readonly ended: Promise<number>;
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly socket: WebSocket) {
    const end = Promise.withResolvers<number>();
    this.ended = end.promise;
    socket.on('message', (data: Buffer, isBinary) => this.keep(data, isBinary));
    socket.once('close', (code) => end.resolve(code));
    socket.once('unexpected-response', (_request, response) => {
      end.resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on('error', () => undefined);
  }

  /** Resolves when the handshake is done, in whatever way. */
  static async connect(url: string, { origin, hello = aHello() }: PlainClientOptions = {}): Promise<PlainClient> {
    const socket = new WebSocket(url, subprotocol, origin === undefined ? {} : { origin });
    const client = new PlainClient(socket);
    await Promise.race([new Promise<void>((resolve) => socket.once('open', () => resolve())), client.ended]);
    if (hello !== null && socket.readyState === WebSocket.OPEN) client.sendRaw(JSON.stringify(hello));
    return client;
  }

  send(frame: Frame): void {
    this.sendRaw(encodeFrame(frame));
  }

  sendRaw(data: string | Uint8Array): void {
    this.socket.send(data, () => undefined);
  }

  /** Gone without a word, as a client whose computer is switched off. */
  cut(): void {
    this.socket.terminate();
  }

  /** The first frame of this kind that fits, now or later. */
  async next<Kind extends Frame['kind']>(
    kind: Kind,
    fits: (frame: Extract<Frame, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<Frame, { kind: Kind }>> {
    const wanted = (frame: Frame): frame is Extract<Frame, { kind: Kind }> =>
      frame.kind === kind && fits(frame as Extract<Frame, { kind: Kind }>);
    for (;;) {
      const found = this.received.find(wanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  private keep(data: Buffer, isBinary: boolean): void {
    const parsed = isBinary ? decodeBinary(data) : parseFrame(data.toString('utf8'));
    if (parsed.ok) this.received.push(parsed.frame);
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }
}

function aHello(): Record<string, unknown> {
  return { kind: 'hello', clientId: randomBytes(16).toString('base64url'), streams: [] };
}

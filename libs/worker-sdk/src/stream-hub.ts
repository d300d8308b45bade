import type { ClientHereFrame, Frame } from '@muster/contracts/wire';
import { clientAtEnd, decodeBinary, type Encoded, forwardable, parseFrame, sizeOf } from '@muster/relay';
import { ClientStream, type Leg, type Remains, type StreamHost } from './client-stream.js';

const maxClients = 1000;
const maxForgotten = 1000;

/** All clients of this worker over all connections of relays. A client is reached over the one that named it last. */
export class StreamHub {
  readonly #clients = new Map<string, ClientStream>();
  /** Ends the wait of a client that is away. */
  readonly #cancelForget = new Map<string, () => void>();
  /** What is known of the clients that stayed away for too long; the longest forgotten make room. */
  readonly #forgotten = new Map<string, Remains>();

  constructor(
    private readonly host: StreamHost,
    private readonly clientResumeMs: number,
  ) {}

  broadcast(topic: string, body: unknown): void {
    for (const client of this.#clients.values()) client.push(topic, body);
  }

  get(client: string): ClientStream | undefined {
    return this.#clients.get(client);
  }

  receive(leg: Leg, encoded: Encoded): void {
    const bytes = sizeOf(encoded);
    const parsed = typeof encoded === 'string' ? parseFrame(encoded) : decodeBinary(encoded);
    if (parsed.ok) this.#take(leg, parsed.frame, bytes);
    else this.#takeMalformed(encoded, parsed.reason);
  }

  legClosed(leg: Leg): void {
    for (const [client, stream] of this.#clients) if (stream.isOn(leg)) this.#away(client, stream);
  }

  #take(leg: Leg, frame: Frame, bytes: number): void {
    if (frame.kind === 'ping') return leg.send(JSON.stringify({ kind: 'pong', nonce: frame.nonce }));
    if (frame.kind === 'client-here') return this.#here(leg, frame);
    const client = 'client' in frame ? frame.client : undefined;
    const stream = client === undefined ? undefined : this.#clients.get(client);
    if (stream === undefined || client === undefined) return;
    if (frame.kind === 'client-away' && stream.isOn(leg)) return this.#away(client, stream);
    if (frame.kind === 'client-gone' && stream.isOn(leg)) return this.#forget(client, stream);
    if ('role' in frame && frame.role === this.host.role && frame.incarnation === this.host.incarnation)
      deliver(stream, frame, bytes);
  }

  #takeMalformed(encoded: Encoded, reason: string): void {
    this.host.log.warn('a malformed frame arrived', { reason });
    if (typeof encoded !== 'string') return;
    const stream = this.#clients.get(clientAtEnd(encoded) ?? '');
    const head = forwardable(encoded);
    if (head.ok) stream?.takeMalformed(head.head, sizeOf(encoded), reason);
  }

  #here(leg: Leg, frame: ClientHereFrame): void {
    const { client, received, connection = 0 } = frame;
    if (this.#clients.get(client)?.isOutdated(connection, leg)) return;
    this.#cancelForget.get(client)?.();
    this.#cancelForget.delete(client);
    let stream = this.#clients.get(client);
    if (stream === undefined) {
      if (this.#clients.size >= maxClients) return this.host.log.warn('too many clients', { client });
      stream = new ClientStream(client, this.host, { received, earlier: this.#forgotten.get(client) });
      this.#clients.set(client, stream);
      this.#forgotten.delete(client);
    }
    stream.connection = connection;
    stream.attach(leg, frame);
  }

  #away(client: string, stream: ClientStream): void {
    stream.detach();
    this.#cancelForget.set(
      client,
      this.host.timers.after(this.clientResumeMs, () => this.#giveUp(client, stream)),
    );
  }

  #giveUp(client: string, stream: ClientStream): void {
    this.#forgotten.set(client, stream.remains);
    const [oldest] = this.#forgotten.size > maxForgotten ? this.#forgotten.keys() : [];
    if (oldest !== undefined) this.#forgotten.delete(oldest);
    this.#forget(client, stream);
  }

  #forget(client: string, stream: ClientStream): void {
    this.#cancelForget.delete(client);
    this.#clients.delete(client);
    stream.end();
  }
}

function deliver(stream: ClientStream, frame: Frame, bytes: number): void {
  if (frame.kind === 'ack') return stream.acknowledged(frame);
  if (frame.kind === 'gap') return stream.skip(frame);
  if ('seq' in frame) stream.take(frame, bytes);
}

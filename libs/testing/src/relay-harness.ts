import type { AddressInfo } from 'node:net';
import { SessionConnection, type SocketConstructor } from '@muster/client';
import { type InstanceId, subprotocol } from '@muster/contracts';
import { HttpOutgoingCalls, systemClock, systemRandom } from '@muster/platform';
import { defaultRelaySettings, dialWorker, Relay, type RelaySettings } from '@muster/relaying';
import { WebSocket, WebSocketServer } from 'ws';
import { ScriptedSession } from './scripted-session.js';
import { FakeRelayLeg } from './worker-harness.js';

/** A relay on a real port with a session in memory, and clients for it. */
export class RelayHarness {
  readonly session = new ScriptedSession();
  readonly relay: Relay;
  readonly #closings: number[] = [];
  /** Which way frames were declared lost, in order. */
  readonly gaps: ('in' | 'out')[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #clients: { close(): void }[] = [];
  #server: WebSocketServer | undefined;

  private constructor(settings: Partial<RelaySettings>) {
    const ignore = (): void => undefined;
    this.relay = new Relay({
      instance: 'svc_relay' as InstanceId,
      services: this.session,
      hasTaken: () => false,
      calls: new HttpOutgoingCalls(),
      garbage: { grew: () => undefined },
      dial: dialWorker,
      clock: systemClock,
      random: systemRandom,
      log: { debug: ignore, info: ignore, warn: ignore },
      meter: { frame: ignore, gap: (direction) => this.gaps.push(direction), closed: (code) => this.#closed(code) },
      settings: { ...defaultRelaySettings, closeGraceMs: 100, ...settings },
    });
  }

  static async start(settings: Partial<RelaySettings> = {}): Promise<RelayHarness> {
    const harness = new RelayHarness(settings);
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => subprotocol });
    server.on('connection', (socket) => harness.relay.accept(socket, `ses_1.${'t'.repeat(43)}`));
    await new Promise((resolve) => server.once('listening', resolve));
    harness.#server = server;
    return harness;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server!.address() as AddressInfo).port}/`;
  }

  async connect(): Promise<SessionConnection> {
    const takeTicket = async () => ({ ticket: '', url: this.url, expiresAt: '' });
    const timers = { after: systemClock.after, random: () => 0 };
    const connection = new SessionConnection({
      takeTicket,
      WebSocket: WebSocket as unknown as SocketConstructor,
      timers,
    });
    this.#clients.push(connection);
    await connection.opened;
    return connection;
  }

  /** A client that says what a test wants it to say; welcomed. */
  async greet(clientId: string, credit?: number): Promise<{ leg: FakeRelayLeg; socket: WebSocket }> {
    const { leg, socket } = await this.dial();
    leg.send({ kind: 'hello', clientId, streams: [], ...(credit !== undefined && { credit }) });
    await leg.next('welcome');
    return { leg, socket };
  }

  /** A socket that has said nothing yet. */
  async dial(): Promise<{ leg: FakeRelayLeg; socket: WebSocket }> {
    const socket = new WebSocket(this.url, subprotocol);
    this.#clients.push({ close: () => socket.terminate() });
    return { leg: await FakeRelayLeg.open(socket), socket };
  }

  /** Resolves when the relay has closed a socket with this code. */
  async closedWith(code: number): Promise<void> {
    while (!this.#closings.includes(code)) await new Promise<void>((resolve) => this.#watchers.add(resolve));
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.relay.stop();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  #closed(code: number): void {
    this.#closings.push(code);
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }
}

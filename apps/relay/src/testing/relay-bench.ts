import { realTimers, SessionConnection, type SocketConstructor } from '@muster/client';
import type { TicketView } from '@muster/contracts';
import { hostServices, type RunningHost } from '@muster/hosting';
import { FakeRelayLeg, FakeSessionPlane, WorkerHarness } from '@muster/testing';
import { defineWorker, type WorkerDefinition } from '@muster/worker-sdk';
import { WebSocket } from 'ws';
import { relayService } from '../relay.definition.js';

export const clientId = 'abcdefghijklmnopqrstuv';
const quick = { ...realTimers, after: (ms: number, then: () => void) => realTimers.after(Math.min(ms, 60_000), then) };

interface RawClient {
  leg: FakeRelayLeg;
  socket: WebSocket;
  closed: Promise<number>;
}

export const urlOf = ({ host }: RunningHost, ticket: string): string =>
  `${host.runtime.addresses.publicUrl.replace('http', 'ws')}/v1/connect?ticket=${ticket}`;

/** Relays of one session, its workers and its clients; `stop` ends all of them, the last first. */
export class RelayBench {
  private readonly endings: (() => unknown)[] = [];

  private constructor(readonly plane: FakeSessionPlane) {}

  static async start(): Promise<RelayBench> {
    return new RelayBench(await FakeSessionPlane.start());
  }

  async stop(): Promise<void> {
    for (const end of this.endings.splice(0).reverse()) await end();
    await this.plane.stop();
  }

  async startRelay(settings: Record<string, string> = {}): Promise<RunningHost> {
    const environment = {
      MUSTER_PORT: '0',
      MUSTER_AUTH_URL: this.plane.url,
      MUSTER_GLOBAL_SESSION_URL: this.plane.url,
      MUSTER_JOIN_KEY: 'join-key-of-the-relay',
      MUSTER_LOG_LEVEL: 'fatal',
      MUSTER_RELAY_LINGER_MS: '50',
      ...settings,
    };
    const running = await hostServices({
      process: 'relay',
      services: [relayService],
      environment,
      ownsInstallation: false,
    });
    this.endings.push(() => running.stop());
    return running;
  }

  async startWorker(definition: WorkerDefinition, role = 'solver', incarnation = 1): Promise<WorkerHarness> {
    const variables = { MUSTER_INCARNATION: String(incarnation) };
    const harness = await WorkerHarness.start(defineWorker(definition), { role, variables });
    this.endings.push(() => harness.stop());
    await harness.init();
    return harness;
  }

  /** A client of the library; which relay it takes is asked at each of its connections. */
  async connect(relay: RunningHost | (() => RunningHost)): Promise<SessionConnection> {
    const takeTicket = async (): Promise<TicketView> => {
      const ticket = this.plane.newTicket();
      return { ticket, url: urlOf(typeof relay === 'function' ? relay() : relay, ticket), expiresAt: '' };
    };
    const connection = new SessionConnection(
      { takeTicket, WebSocket: WebSocket as unknown as SocketConstructor, timers: quick },
      {},
    );
    this.endings.push(() => connection.close());
    await connection.opened;
    return connection;
  }

  /** A client that says what a test wants it to say. */
  async dial(
    relay: RunningHost,
    ticket = this.plane.newTicket(),
    headers: Record<string, string> = {},
  ): Promise<RawClient> {
    const socket = new WebSocket(urlOf(relay, ticket), 'muster.v1', { headers });
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    this.endings.push(() => socket.terminate());
    return { socket, closed, leg: await FakeRelayLeg.open(socket) };
  }

  async greet(relay: RunningHost, id = clientId, ticket = this.plane.newTicket()): Promise<RawClient> {
    const client = await this.dial(relay, ticket);
    client.leg.send({ kind: 'hello', clientId: id, streams: [] });
    await client.leg.next('welcome');
    return client;
  }

  async refusalOf(relay: RunningHost, ticket: string, id = clientId): Promise<number> {
    const { leg, closed } = await this.dial(relay, ticket);
    leg.send({ kind: 'hello', clientId: id, streams: [] });
    return closed;
  }
}

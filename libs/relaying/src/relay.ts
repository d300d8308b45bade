import { closeCodes, type HolderView, type Revocation, type SessionId } from '@muster/contracts';
import type { WebSocket } from 'ws';
import { ClientConnection } from './client-connection.js';
import type { RelayParts } from './ports.js';
import { SessionHub } from './session-hub.js';

/** All clients of this relay, of any session. */
export class Relay {
  readonly #connections = new Set<ClientConnection>();
  readonly #hubs = new Map<SessionId, SessionHub>();
  #waiting = 0;
  #isStopping = false;

  constructor(private readonly parts: RelayParts) {}

  get sockets(): number {
    return this.#connections.size;
  }

  get sessions(): number {
    return this.#hubs.size;
  }

  /** Whether one more socket may come in. */
  hasRoom(): boolean {
    const { maxSockets, maxWaitingSockets } = this.parts.settings;
    return !this.#isStopping && this.#connections.size < maxSockets && this.#waiting < maxWaitingSockets;
  }

  /** Takes a socket whose upgrade was just done; listens to it before anything else can happen. */
  accept(socket: WebSocket, ticket: string): void {
    this.#waiting += 1;
    let isWaiting = true;
    const onSettled = (): void => {
      if (isWaiting) this.#waiting -= 1;
      isWaiting = false;
    };
    const { parts } = this;
    const connection = new ClientConnection(socket, { ticket, parts, hubOf: (view) => this.#hubOf(view), onSettled });
    this.#connections.add(connection);
    void connection.ended.then(() => this.#connections.delete(connection));
    if (this.#isStopping) connection.close(closeCodes.relayLeaving);
  }

  revoked(revocation: Revocation): void {
    for (const connection of this.#connections) connection.revoked(revocation);
  }

  /** Sends everybody to another relay; resolves when all sockets are gone. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const connection of this.#connections) connection.close(closeCodes.relayLeaving);
    for (const hub of this.#hubs.values()) hub.close(closeCodes.relayLeaving);
    this.#hubs.clear();
    await Promise.all([...this.#connections].map(({ ended }) => ended));
  }

  #hubOf(view: HolderView): SessionHub {
    const known = this.#hubs.get(view.session);
    if (known !== undefined) return known;
    const hub: SessionHub = new SessionHub({
      view,
      parts: this.parts,
      onEmpty: () => {
        if (this.#hubs.get(view.session) === hub) this.#hubs.delete(view.session);
      },
    });
    this.#hubs.set(view.session, hub);
    return hub;
  }
}

import { createConnection, type Socket } from 'node:net';
import { BackendUnavailable, orchestratorError } from '../../contract/errors.js';
import { readMessages, writeMessage } from './keeper/message-lines.js';
import {
  protocolVersion,
  type KeeperEvent,
  type KeeperMessage,
  type KeeperRequest,
  type KeeperVerbs,
  type Verb,
} from './keeper/protocol.js';

const maxReplyBytes = 64 * 1024 * 1024;

interface Pending {
  readonly resolve: (reply: never) => void;
  readonly reject: (error: Error) => void;
}

/** One open connection to a keeper. When it is lost, every open call is rejected with `BackendUnavailable`. */
export class KeeperConnection {
  readonly lost: Promise<void>;
  keeperPid = 0;
  private readonly pending = new Map<number, Pending>();
  private lastCall = 0;
  private onEvent: (event: KeeperEvent) => void = () => {};

  private constructor(private readonly socket: Socket) {
    readMessages(socket, maxReplyBytes, (message) => this.receive(message as KeeperMessage));
    socket.on('error', () => socket.destroy());
    this.lost = new Promise((resolve) => socket.once('close', () => resolve()));
    void this.lost.then(() => this.rejectAll());
  }

  /** Resolves once the keeper has answered; rejects if nobody listens there. */
  static async open(socketPath: string): Promise<KeeperConnection> {
    const socket = createConnection(socketPath);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const connection = new KeeperConnection(socket);
    connection.keeperPid = (await connection.call('hello', { protocol: protocolVersion })).pid;
    return connection;
  }

  get isLost(): boolean {
    return this.socket.destroyed;
  }

  call<V extends Verb>(verb: V, ask: KeeperVerbs[V]['ask']): Promise<KeeperVerbs[V]['reply']> {
    if (this.isLost) return Promise.reject(lostError());
    const call = (this.lastCall += 1);
    return new Promise((resolve, reject) => {
      this.pending.set(call, { resolve, reject });
      writeMessage(this.socket, { call, verb, ask } satisfies KeeperRequest);
    });
  }

  /** The list now, and from then on every event. */
  watch(onEvent: (event: KeeperEvent) => void): Promise<KeeperVerbs['watch']['reply']> {
    this.onEvent = onEvent;
    return this.call('watch', null);
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(message: KeeperMessage): void {
    if ('event' in message) return this.onEvent(message.event);
    const pending = this.pending.get(message.call);
    this.pending.delete(message.call);
    if ('error' in message) pending?.reject(orchestratorError(message.error.code, message.error.message));
    else pending?.resolve(message.reply as never);
  }

  private rejectAll(): void {
    for (const { reject } of this.pending.values()) reject(lostError());
    this.pending.clear();
  }
}

function lostError(): BackendUnavailable {
  return new BackendUnavailable('the connection to the keeper was lost');
}

import { createServer, type Server, type Socket } from 'node:net';
import { BackendUnavailable, OrchestratorError } from '../../../contract/errors.js';
import type { Keeper } from './keeper.js';
import { readMessages, writeMessage } from './message-lines.js';
import {
  protocolVersion,
  type KeeperMessage,
  type KeeperRequest,
  type KeeperVerbs,
  type OutputReply,
  type Verb,
} from './protocol.js';

const maxRequestBytes = 1024 * 1024;
/** A watcher that reads so slowly is cut off; it comes back and lists anew. */
const maxUnreadBytes = 4 * 1024 * 1024;

type Handler<V extends Verb> = (
  ask: KeeperVerbs[V]['ask'],
  connection: Connection,
) => Promise<KeeperVerbs[V]['reply']> | KeeperVerbs[V]['reply'];

interface Connection {
  readonly socket: Socket;
  readonly gone: AbortSignal;
}

/** The keeper's verbs on a local socket. Who may open the socket may do everything: its directory is closed to others. */
export class KeeperServer {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(
    private readonly keeper: Keeper,
    private readonly onShutdown: () => void,
    private readonly onDisconnect: () => void,
  ) {
    this.server = createServer((socket) => this.accept(socket));
  }

  get connections(): number {
    return this.sockets.size;
  }

  async listen(socketPath: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(socketPath, resolve);
    });
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroySoon();
  }

  private readonly handlers: { [V in Verb]: Handler<V> } = {
    hello: ({ protocol }) => {
      if (protocol !== protocolVersion)
        throw new BackendUnavailable(`the running keeper speaks protocol ${protocolVersion}, not ${protocol}`);
      return { protocol: protocolVersion, pid: process.pid };
    },
    start: (launch) => this.keeper.start(launch).then(() => null),
    inspect: ({ id }) => this.keeper.inspect(id),
    stop: ({ id, graceMs }) => this.keeper.stop(id, graceMs).then(() => null),
    list: () => this.keeper.list(),
    watch: (_, connection) => this.watch(connection),
    output: (ask, connection) => this.output(ask, connection),
    shutdown: async ({ graceMs }) => {
      await this.keeper.stopAll(graceMs);
      setImmediate(this.onShutdown);
      return null;
    },
  };

  private accept(socket: Socket): void {
    const gone = new AbortController();
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.sockets.delete(socket);
      gone.abort();
      this.onDisconnect();
    });
    const connection = { socket, gone: gone.signal };
    readMessages(socket, maxRequestBytes, (message) => void this.answer(message as KeeperRequest, connection));
  }

  private async answer(request: KeeperRequest, connection: Connection): Promise<void> {
    const handler = this.handlers[request.verb] as Handler<Verb>;
    try {
      const reply = await handler(request.ask as never, connection);
      writeMessage(connection.socket, { call: request.call, reply } satisfies KeeperMessage);
    } catch (error) {
      writeMessage(connection.socket, { call: request.call, error: errorOf(error) } satisfies KeeperMessage);
    }
  }

  private watch({ socket, gone }: Connection): ReturnType<Keeper['list']> {
    const stop = this.keeper.onEvent((event) => {
      if (socket.writableLength > maxUnreadBytes) socket.destroy();
      else writeMessage(socket, { event } satisfies KeeperMessage);
    });
    gone.addEventListener('abort', stop, { once: true });
    return this.keeper.list();
  }

  private async output(ask: KeeperVerbs['output']['ask'], { gone }: Connection): Promise<OutputReply> {
    const workload = this.keeper.find(ask.id);
    for (;;) {
      const reply = workload.output(ask.from);
      const isNews = reply.stdout.bytes > 0 || reply.stderr.bytes > 0 || reply.complete;
      if (isNews || !ask.wait || gone.aborted) return reply;
      await workload.moreOutput(gone);
    }
  }
}

function errorOf(error: unknown): { code: OrchestratorError['code']; message: string } {
  if (error instanceof OrchestratorError) return { code: error.code, message: error.message };
  return { code: 'backend-unavailable', message: `the keeper failed: ${String(error)}` };
}

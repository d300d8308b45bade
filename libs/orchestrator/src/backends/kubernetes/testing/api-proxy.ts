import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A port of this computer before the cluster's API server, that can be cut, closed and slowed. */
export class ApiProxy {
  private server: Server | undefined;
  private readonly open = new Set<Socket>();
  private port = 0;
  /** Applied to each piece of an answer. */
  delayMs = 0;

  constructor(private readonly target: { host: string; port: number }) {}

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** Again after a stop: at the same port. */
  async start(): Promise<this> {
    const server = createServer({ allowHalfOpen: true }, (client) => this.pass(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  /** Every connection breaks; new ones are taken. */
  cut(): void {
    for (const socket of this.open) socket.destroy();
  }

  /** Every connection breaks, and nobody answers. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    this.cut();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  private pass(client: Socket): void {
    const api = connect({ ...this.target, allowHalfOpen: true });
    for (const socket of [client, api]) {
      this.open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.open.delete(socket);
        client.destroy();
        api.destroy();
      });
    }
    client.pipe(api);
    if (this.delayMs === 0) api.pipe(client);
    else {
      api.on('data', (piece) => setTimeout(() => client.write(piece), this.delayMs));
      api.on('end', () => setTimeout(() => client.end(), this.delayMs));
    }
  }
}

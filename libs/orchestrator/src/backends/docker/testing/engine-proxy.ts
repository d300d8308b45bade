import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What the proxy does with a piece of the engine's answer; undefined = it is dropped. */
export type Change = (piece: Buffer) => Buffer | undefined;

/** A socket before the engine's own, that can be cut, closed and slowed, and can change what the engine says. */
export class EngineProxy {
  private server: Server | undefined;
  private readonly open = new Set<Socket>();
  change: Change = (piece) => piece;
  /** Applied to each piece of an answer. */
  delayMs = 0;

  constructor(
    readonly path: string,
    private readonly enginePath: string,
  ) {}

  get url(): string {
    return `unix://${this.path}`;
  }

  async start(): Promise<this> {
    rmSync(this.path, { force: true });
    const server = createServer({ allowHalfOpen: true }, (client) => this.pass(client));
    await new Promise<void>((resolve) => server.listen(this.path, resolve));
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
    const engine = connect({ path: this.enginePath, allowHalfOpen: true });
    for (const socket of [client, engine]) {
      this.open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.open.delete(socket);
        client.destroy();
        engine.destroy();
      });
    }
    client.pipe(engine);
    engine.on('data', (piece) => this.answer(client, piece));
    engine.on('end', () => setTimeout(() => client.end(), this.delayMs));
  }

  private answer(client: Socket, piece: Buffer): void {
    const changed = this.change(piece);
    if (changed === undefined) return;
    if (this.delayMs === 0) client.write(changed);
    else setTimeout(() => client.write(changed), this.delayMs);
  }
}

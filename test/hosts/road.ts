import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Stands in for the network between two hosts, where both engines are on one computer: each engine closes its own networks
 * against all others of the computer, so what comes to this address is passed on by a process.
 */
export class Road {
  private readonly open = new Set<Socket>();

  private constructor(private readonly servers: Server[]) {}

  /** From each of these ports at `address` to the same port at `to`. */
  static async build(address: string, ways: { to: string; first: number; last: number }[]): Promise<Road> {
    const road = new Road([]);
    for (const { to, first, last } of ways)
      for (let port = first; port <= last; port += 1) await road.add({ address, to, port });
    return road;
  }

  async close(): Promise<void> {
    const closed = this.servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.open) socket.destroy();
    await Promise.all(closed);
  }

  private add({ address, to, port }: { address: string; to: string; port: number }): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (near) =>
      this.join(near, connect({ host: to, port, allowHalfOpen: true })),
    );
    this.servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, () => resolve());
    });
  }

  private join(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.open.add(one);
      one.pipe(other);
      one.once('error', () => other.destroy());
      one.once('close', () => {
        this.open.delete(one);
        other.destroy();
      });
    }
  }
}

import { createServer } from 'node:net';

/** As many free TCP ports of the loopback address; all are held at once while they are chosen, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening()));
  const ports = servers.map(({ port }) => port);
  await Promise.all(servers.map(({ close }) => close()));
  return ports;
}

/** Rejects with the system's own error when something listens there. */
export async function requireFreePort(port: number, host: string): Promise<void> {
  const { close } = await listening(port, host);
  await close();
}

function listening(port = 0, host = '127.0.0.1'): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const close = (): Promise<void> => new Promise((done) => server.close(() => done()));
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, close });
    });
  });
}

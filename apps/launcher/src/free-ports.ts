import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Above the ports of workers and below those that systems give to outgoing connections (32,768, elsewhere 49,152, and up). */
const range = { first: 23_000, last: 32_767 };
const maxAttempts = 100;

/**
 * As many free TCP ports of the loopback address; all are held at once while they are chosen, so that they differ. They are let
 * go before their services listen: none is of those that any outgoing connection may take meanwhile.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listeningSomewhere()));
  const ports = servers.map(({ port }) => port);
  await Promise.all(servers.map(({ close }) => close()));
  return ports;
}

interface Listening {
  port: number;
  close: () => Promise<void>;
}

/** Rejects with the system's own error when something listens there. */
export async function requireFreePort(port: number, host: string): Promise<void> {
  const { close } = await listening(port, host);
  await close();
}

async function listeningSomewhere(attempt = 1): Promise<Listening> {
  try {
    return await listening(randomInt(range.first, range.last + 1), '127.0.0.1');
  } catch (error) {
    if (attempt >= maxAttempts) throw error;
    return listeningSomewhere(attempt + 1);
  }
}

function listening(port: number, host: string): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const close = (): Promise<void> => new Promise((done) => server.close(() => done()));
      resolve({ port, close });
    });
  });
}

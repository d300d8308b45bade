import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What a worker finds in its environment. */
interface WorkerEnvironment {
  MUSTER_BIND: string;
  MUSTER_ADVERTISE: string;
  MUSTER_CONTROL_URL: string;
  MUSTER_TOKEN: string;
}

/** Plays workers that do nothing: each registers, agrees to all that it is told, and says that it lives. */
export class ScriptedWorkers {
  private readonly servers: Server[] = [];

  private constructor(readonly url: string) {}

  static async start(): Promise<ScriptedWorkers> {
    const server = createServer((request, response) => {
      void json(request)
        .then((environment) => workers.play(environment as WorkerEnvironment))
        .then(() => response.end());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const workers = new ScriptedWorkers(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    workers.servers.push(server);
    return workers;
  }

  stop(): void {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  private async play(environment: WorkerEnvironment): Promise<void> {
    const { MUSTER_BIND, MUSTER_ADVERTISE: address, MUSTER_CONTROL_URL, MUSTER_TOKEN } = environment;
    const { hostname, port } = new URL(`http://${MUSTER_BIND}`);
    const server = createServer((request: IncomingMessage, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json').end('{}');
    });
    this.servers.push(server);
    await once(server.listen(Number(port), hostname), 'listening');
    await fetch(`${MUSTER_CONTROL_URL}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${MUSTER_TOKEN}` },
      body: JSON.stringify({ address }),
    });
  }
}

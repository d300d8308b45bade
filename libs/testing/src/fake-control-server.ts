import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ControlCall {
  path: string;
  bearer: string;
  traceparent: string | undefined;
  body: Record<string, unknown>;
}

/** A session service as a worker sees it: registers, refreshes and reports. What comes is kept; the next answers can be scripted. */
export class FakeControlServer {
  readonly calls: ControlCall[] = [];
  /** Each entry answers one call with this status and problem code instead. */
  readonly failures: { status: number; code: string }[] = [];
  tokenLifeMs = 600_000;
  acceptToken = 'accept-1';
  #server: Server | undefined;
  #watchers = new Set<() => void>();

  static async start(): Promise<FakeControlServer> {
    const control = new FakeControlServer();
    const server = createServer((request, response) => {
      void readJson(request).then((body) => {
        const { status, answer } = control.#answer(request, body);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    control.#server = server;
    return control;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}/control`;
  }

  /** The first call to this path, now or later. */
  async called(path: string, count = 1): Promise<ControlCall> {
    for (;;) {
      const found = this.calls.filter((call) => call.path === path)[count - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  #answer(request: IncomingMessage, body: Record<string, unknown>): { status: number; answer: unknown } {
    const path = (request.url ?? '').replace('/control/', '');
    const { authorization = '', traceparent } = request.headers;
    this.calls.push({ path, bearer: authorization.replace('Bearer ', ''), traceparent: traceparent as string, body });
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
    const failure = this.failures.shift();
    if (failure !== undefined) return { status: failure.status, answer: { code: failure.code, detail: 'scripted' } };
    const expiresAt = new Date(Date.now() + this.tokenLifeMs).toISOString();
    return { status: 200, answer: { token: `token-${this.calls.length}`, expiresAt, acceptToken: this.acceptToken } };
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as Record<string, unknown>;
}

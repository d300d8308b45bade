import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a route answers: a body with 200, or a status and a body. */
export type ScriptedAnswer = object | { status: number; body: object };

/** Answers each route ("GET /v1/nodes", without its query) as a table says; others with `not-found`. */
export class ScriptedInstallation {
  readonly asked: { route: string; query: URLSearchParams; body: unknown }[] = [];
  /** Header `date` of every answer. */
  date = new Date();

  private constructor(
    readonly answers: Record<string, ScriptedAnswer>,
    private readonly server: Server,
  ) {}

  static async start(answers: Record<string, ScriptedAnswer>): Promise<ScriptedInstallation> {
    const server = createServer();
    const installation = new ScriptedInstallation(answers, server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void installation.#answerTo(request).then(({ status, body }) => {
        response.sendDate = false;
        const headers = { 'content-type': 'application/json', date: installation.date.toUTCString() };
        response.writeHead(status, headers).end(JSON.stringify(body));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return installation;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  async #answerTo(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://here');
    const route = `${request.method ?? ''} ${pathname}`;
    this.asked.push({ route, query, body: text === '' ? undefined : (JSON.parse(text) as unknown) });
    const answer = this.answers[route] ?? { status: 404, body: { code: 'not-found', detail: `there is no ${route}` } };
    return 'status' in answer && 'body' in answer
      ? (answer as { status: number; body: object })
      : { status: 200, body: answer };
  }
}

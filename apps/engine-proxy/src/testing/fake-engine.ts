import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface Heard {
  method: string;
  target: string;
  headers: IncomingMessage['headers'];
  body: string;
}

type Answer = (outgoing: ServerResponse, heard: Heard) => void;

export const ownId = '1'.repeat(64);
export const foreignId = '2'.repeat(64);

/** An engine that has one container of installation `ins_1` and one of somebody else, and writes down what it hears. */
export class FakeEngine {
  readonly heard: Heard[] = [];
  /** Answers to come, by method and path; others are those of the two containers. */
  readonly answers = new Map<string, Answer>();
  private readonly server: Server = createServer((incoming, outgoing) => void this.serve(incoming, outgoing));

  listen(socketPath: string): Promise<void> {
    return new Promise((resolve) => this.server.listen(socketPath, resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** What came besides the looks at containers, images and networks. */
  get done(): string[] {
    return this.heard
      .filter(({ target }) => !/\/json$|^\/networks\/[^/?]+$/.test(target))
      .map(({ method, target }) => `${method} ${target}`);
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url: target = '', headers } = incoming;
    const heard = { method, target, headers, body: Buffer.concat(chunks).toString() };
    this.heard.push(heard);
    const answer = this.answers.get(`${method} ${target.split('?')[0]}`) ?? (() => this.usual(target, outgoing));
    answer(outgoing, heard);
  }

  private usual(target: string, outgoing: ServerResponse): void {
    const named = /^(?:\/v1\.\d+)?\/containers\/([^/]+)\/json$/.exec(target)?.[1];
    if (named === undefined) json(outgoing, 200, {});
    else if ([ownId, 'muster-1'].includes(named))
      json(outgoing, 200, { Id: ownId, Config: { Labels: { 'dev.muster.installation': 'ins_1' } } });
    else if ([foreignId, 'muster-2'].includes(named))
      json(outgoing, 200, { Id: foreignId, Config: { Labels: { 'dev.muster.installation': 'ins_2' } } });
    else json(outgoing, 404, { message: `No such container: ${named}` });
  }
}

export function json(outgoing: ServerResponse, status: number, value: unknown): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

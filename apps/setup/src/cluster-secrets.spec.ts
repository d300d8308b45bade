import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterSecrets } from './cluster-secrets.js';

/** As much of an API server as there is of Secrets. */
class ApiServer {
  readonly secrets = new Map<string, Record<string, string>>();
  readonly tokens = new Set<string | undefined>();
  /** What comes between a look and a making. */
  beforeMaking: () => void = () => undefined;
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.tokens.add(request.headers.authorization);
    const [, name = ''] = /^\/api\/v1\/namespaces\/muster\/secrets\/?(.*)$/.exec(request.url ?? '') ?? [];
    if (request.method === 'GET') return this.read(name, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { metadata, stringData } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      metadata: { name: string };
      stringData: Record<string, string>;
    };
    this.beforeMaking();
    if (metadata.name === 'forbidden') return void response.writeHead(403).end('you may not');
    if (this.secrets.has(metadata.name)) return void response.writeHead(409).end('{}');
    this.secrets.set(metadata.name, stringData);
    response.writeHead(201).end('{}');
  }

  private read(name: string, response: ServerResponse): void {
    const secret = this.secrets.get(name);
    if (secret === undefined) return void response.writeHead(404).end('{}');
    const data = Object.entries(secret).map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
    response.writeHead(200).end(JSON.stringify({ data: Object.fromEntries(data) }));
  }
}

describe('the Secrets of a cluster', () => {
  let api: ApiServer;
  let secrets: ClusterSecrets;
  let made: string[];
  beforeEach(async () => {
    api = new ApiServer();
    made = [];
    const access = { server: await api.listen(), namespace: 'muster', token: 'pod-token', authority: undefined };
    secrets = new ClusterSecrets(access, (name) => made.push(name));
  });
  afterEach(() => api.close());

  it('are made where they are missing, by the token of the pod', async () => {
    expect(await secrets.ensure('muster-relay', () => ({ 'join.key': 'k' }))).toEqual({ 'join.key': 'k' });
    expect(api.secrets.get('muster-relay')).toEqual({ 'join.key': 'k' });
    expect(made).toEqual(['muster-relay']);
    expect([...api.tokens]).toEqual(['Bearer pod-token']);
  });

  it('stay as they are where they are', async () => {
    api.secrets.set('muster-relay', { 'join.key': 'old\n' });
    expect(await secrets.ensure('muster-relay', () => ({ 'join.key': 'new' }))).toEqual({ 'join.key': 'old' });
    expect(made).toEqual([]);
  });

  it('are those of the first of two who make them at the same time', async () => {
    api.beforeMaking = () => api.secrets.set('muster-relay', { 'join.key': 'theirs' });
    expect(await secrets.ensure('muster-relay', () => ({ 'join.key': 'ours' }))).toEqual({ 'join.key': 'theirs' });
    expect(made).toEqual([]);
  });

  it('are not shown in the refusal when they may not be made', async () => {
    const refused = secrets.ensure('forbidden', () => ({ 'join.key': 'secret-text' }));
    await expect(refused).rejects.toThrow('the API server answers 403 to POST of the Secret forbidden: you may not');
  });
});

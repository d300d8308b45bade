import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { digestOf, type SmallImage } from './small-image.js';

const pieceBytes = 256 * 1024;

/** An image registry on loopback, which engines trust without TLS; as far as a pull needs it. */
export class SmallRegistry {
  private readonly images = new Map<string, SmallImage>();
  private server: Server | undefined;
  private port = 0;
  /** `user:password`; undefined = open to all. */
  credentials: string | undefined;
  /** Time between pieces of 256 KiB. */
  pauseMs = 0;
  /** Paths that were asked for. */
  readonly asked: string[] = [];

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Answers its reference. */
  add(name: string, image: SmallImage): string {
    this.images.set(name, image);
    return `${this.host}/${name}:1`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private async answer({ url = '', headers, method }: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked.push(url);
    const wanted = `Basic ${Buffer.from(this.credentials ?? '').toString('base64')}`;
    if (this.credentials !== undefined && headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
      return;
    }
    const [, name = '', kind, what = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const image = this.images.get(name);
    const found = kind === 'manifests' ? manifestOf(image, what) : image?.blobs.get(what);
    if (url === '/v2/') response.writeHead(200).end('{}');
    else if (found === undefined)
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    else {
      const type = kind === 'manifests' ? image?.manifestType : 'application/octet-stream';
      response.writeHead(200, { 'content-type': type, 'content-length': found.length });
      if (method !== 'HEAD') await this.write(response, found);
      response.end();
    }
  }

  private async write(response: ServerResponse, bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length && !response.destroyed; at += pieceBytes) {
      response.write(bytes.subarray(at, at + pieceBytes));
      if (this.pauseMs > 0) await pause(this.pauseMs);
    }
  }
}

/** By tag, or by digest whatever it is: whether that fits is for the engine to find out. */
function manifestOf(image: SmallImage | undefined, reference: string): Buffer | undefined {
  if (image === undefined) return undefined;
  const isOther =
    reference.startsWith('sha256:') && reference !== digestOf(image.manifest) && !reference.endsWith('ee');
  return isOther ? undefined : image.manifest;
}

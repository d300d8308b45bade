import { timingSafeEqual } from 'node:crypto';
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { MusterError } from '@muster/contracts';

export interface ForwarderOptions {
  listen: { host: string; port: number };
  /** Always on this node. Looked at anew for each call: its host may be known later. */
  target: { host?: string; port: number };
  acceptToken: string;
  maxConnections?: number;
  /** Longest silence of either side. */
  idleMs?: number;
}

export interface Forwarder {
  /** Refuses new calls and ends those that are open. */
  close(): Promise<void>;
}

/** Not ours to pass on (RFC 9110, 7.6.1); the token is ours alone. */
const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'authorization',
  'host',
]);

/**
 * Lets others call a program that compares no token: checks the token, then passes the call on to the program's port on this
 * node and streams both ways, so that nothing is held here beyond what is in flight.
 */
export function openForwarder(options: ForwarderOptions): Promise<Forwarder> {
  const server = createServer((incoming, outgoing) => forward(incoming, outgoing, options));
  server.maxConnections = options.maxConnections ?? 256;
  server.setTimeout(options.idleMs ?? 120_000);
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new MusterError('refused', `the forwarder cannot listen on port ${options.listen.port}`, { cause })),
    );
    server.listen(options.listen, () => resolve({ close: () => closed(server) }));
  });
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, { target, acceptToken }: ForwarderOptions): void {
  if (!shows(incoming.headers.authorization, acceptToken)) {
    incoming.resume();
    return refuse(outgoing, new MusterError('not-authenticated', 'the bearer is not the one of this program'));
  }
  if (target.host === undefined)
    return refuse(outgoing, new MusterError('worker-unavailable', 'the program has not started'));
  const call = request(
    {
      ...target,
      method: incoming.method,
      path: incoming.url,
      headers: { ...passedOn(incoming.headers), host: `${target.host}:${target.port}` },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
    },
  );
  call.once('error', () => refuse(outgoing, new MusterError('worker-unavailable', 'the program does not answer')));
  outgoing.once('close', () => call.destroy());
  incoming.pipe(call);
}

function shows(header: string | undefined, acceptToken: string): boolean {
  const shown = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${acceptToken}`);
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}

function refuse(outgoing: ServerResponse, error: MusterError): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(error.status, { 'content-type': 'application/problem+json' });
  outgoing.end(JSON.stringify(error.toProblem()));
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

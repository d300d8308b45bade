import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { readCall, targetOf, type EngineCall, type EnginePolicy } from '@muster/engine-guard';
import type { Logger } from 'pino';
import { within } from './deadline.js';
import { jsonOf, type Engine } from './engine.js';
import { Inspector } from './inspector.js';
import { parseBody, readBody, requirePlain } from './read-body.js';
import { tooSlow, ProxyAnswer, Refused } from './refusals.js';

export interface ProxyOptions {
  engine: Engine;
  policy: EnginePolicy;
  logger: Logger;
  maxBodyBytes: number;
  callTimeoutMs: number;
  /** 0 = never. */
  streamIdleMs: number;
}

/** Of the engine's answers these headers are passed on. */
const passedHeaders = [
  'api-version',
  'content-length',
  'content-type',
  'docker-experimental',
  'ostype',
  'server',
  'x-docker-container-path-stat',
];

/**
 * Passes on what Muster needs of an engine and nothing else: every call is read, its subject and its body are looked at, and
 * a new request is made of what was understood. It keeps nothing and decides nothing itself.
 */
export class EngineProxy {
  private readonly inspector: Inspector;
  private readonly streams = new Set<ServerResponse>();

  constructor(private readonly options: ProxyOptions) {
    this.inspector = new Inspector(options.engine, options.policy);
  }

  /** Never rejects: what fails is answered, or the connection is ended. */
  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort(new ProxyAnswer(499, 'the caller has gone')));
    try {
      await this.pass(incoming, outgoing, gone.signal);
    } catch (error) {
      this.fail(error, incoming, outgoing);
    }
  }

  /** Ends all streams; other calls go on. */
  endStreams(): void {
    for (const each of this.streams) each.destroy();
  }

  private async pass(incoming: IncomingMessage, outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
    requirePlain(incoming);
    const read = readCall(incoming.method ?? '', incoming.url ?? '', this.options.policy);
    if ('reason' in read) throw new Refused(403, [read.reason]);
    const { call } = read;
    const bytes = await readBody(incoming, this.options.maxBodyBytes);
    const id = call.subject && (await this.inspector.idOf(call.subject, call.method, gone));
    const body =
      call.route.body &&
      (await this.inspector.admit(call.route.body, parseBody(bytes, incoming.headers['content-type']), gone));
    const ask = {
      method: call.method,
      target: targetOf(call, id),
      headers: registryKey(call, incoming),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    if (call.route.streams === true) {
      const answer = await this.options.engine.ask({ ...ask, signal: gone });
      await this.stream(answer, outgoing);
    } else await this.exchange(ask, call, { outgoing, gone });
  }

  private async stream(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    this.streams.add(outgoing);
    outgoing.once('close', () => this.streams.delete(outgoing));
    if (this.options.streamIdleMs > 0) answer.setTimeout(this.options.streamIdleMs, () => answer.destroy());
    outgoing.writeHead(answer.statusCode ?? 502, headersOf(answer)).flushHeaders();
    await pipeline(answer, outgoing);
  }

  private async exchange(
    ask: Omit<Parameters<Engine['ask']>[0], 'signal'>,
    call: EngineCall,
    { outgoing, gone }: { outgoing: ServerResponse; gone: AbortSignal },
  ): Promise<void> {
    const graceMs = 1000 * Number(call.query.find(([name]) => name === 't')?.[1] ?? 0);
    const timeoutMs = Math.min(this.options.callTimeoutMs + graceMs, 2 ** 31 - 1);
    await within({ timeoutMs, gone, late: () => tooSlow(timeoutMs) }, async (signal) => {
      const answer = await this.options.engine.ask({ ...ask, signal });
      if (call.route.reduce === undefined || answer.statusCode !== 200) {
        outgoing.writeHead(answer.statusCode ?? 502, headersOf(answer));
        return await pipeline(answer, outgoing);
      }
      const reduced = JSON.stringify(call.route.reduce(await jsonOf(answer)));
      outgoing.writeHead(200, { ...headersOf(answer), 'content-length': Buffer.byteLength(reduced) }).end(reduced);
    });
  }

  private fail(error: unknown, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const request = { method: incoming.method, path: (incoming.url ?? '').split('?')[0]?.slice(0, 200) };
    if (error instanceof Refused)
      this.options.logger.warn({ ...request, status: error.status, reasons: error.reasons }, 'refused');
    else if (!(error instanceof ProxyAnswer) && !outgoing.destroyed)
      this.options.logger.error({ ...request, err: error }, 'a call failed');
    if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
    else answerError(outgoing, error, incoming.complete);
  }
}

/** In the engine's own form. After a body that was not read to its end the connection cannot go on. */
function answerError(outgoing: ServerResponse, error: unknown, complete: boolean): void {
  const [status, message] =
    error instanceof ProxyAnswer
      ? [error.status, error.message]
      : [500, "Muster's engine proxy failed; its log says why"];
  outgoing
    .writeHead(status, { 'content-type': 'application/json', ...(complete ? {} : { connection: 'close' }) })
    .end(JSON.stringify({ message }));
}

function headersOf(answer: IncomingMessage): OutgoingHttpHeaders {
  return Object.fromEntries(
    passedHeaders.map((name) => [name, answer.headers[name]] as const).filter(([, value]) => value !== undefined),
  );
}

function registryKey({ route }: EngineCall, incoming: IncomingMessage): OutgoingHttpHeaders {
  const key = incoming.headers['x-registry-auth'];
  if (route.takesRegistryKey !== true || key === undefined) return {};
  if (typeof key !== 'string' || !/^[a-zA-Z0-9+/_=-]{0,32768}$/.test(key))
    throw new Refused(400, ['X-Registry-Auth is not base64']);
  return { 'x-registry-auth': key };
}

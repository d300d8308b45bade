import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { MusterError } from '@muster/contracts';
import type { CommonSettings } from '../configuration/common-settings.js';
import { jsonLinesType } from '../json-lines.js';
import type { Runtime } from '../runtime.js';
import { RequestTraces } from './request-traces.js';
import { RouteMethods } from './route-methods.js';
import { refuseUnreadable } from './unroutable.js';

const internalRequests = new WeakSet<IncomingMessage>();
const onBoth = /^\/health(\/|$)/;
const onInternalOnly = /^\/(internal|metrics)(\/|$|\?)/;

/** Whether the request came in by the internal listener. */
export function isInternal(request: IncomingMessage): boolean {
  return internalRequests.has(request);
}

/**
 * The second listener of a service: the same routes behind another door. Which door a route opens is decided by its route alone:
 * /internal and /metrics only inside, /health on both, everything else only outside.
 */
export function createInternalServer(fastify: FastifyInstance, settings: CommonSettings): Server {
  const limits = { maxHeaderSize: settings.MUSTER_HEADER_LIMIT_BYTES };
  const server = createServer(limits, (request: IncomingMessage, response: ServerResponse) => {
    internalRequests.add(request);
    fastify.routing(request, response);
  });
  return server.on('clientError', refuseUnreadable);
}

/** Door check, trace context and one log line per request. */
export function installRequestHooks(fastify: FastifyInstance, runtime: Runtime): void {
  const routes = new RouteMethods();
  const traces = new RequestTraces(runtime.tracer);
  fastify.addHook('onRoute', (route) => routes.note(route));
  fastify.addHook('onRequest', (request, reply, done) => {
    // The route that was found decides, not the text of the path: that could be written in another way, as /%69nternal.
    const { url } = request.routeOptions;
    const isOpen = (of: string): boolean => onBoth.test(of) || onInternalOnly.test(of) === isInternal(request.raw);
    traces.begin(request, isInternal(request.raw), () => {
      if (url !== undefined && !request.is404) done(isOpen(url) ? undefined : noSuchRoute());
      else {
        const { problem, allow } = routes.refusal({ method: request.method, path: pathOf(request.raw) }, isOpen);
        if (allow !== undefined) reply.header('allow', allow);
        done(problem);
      }
    });
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode === tooLarge) lingerFor(request.raw, reply);
    if (reply.getHeader('content-type') === jsonLinesType) beginAtOnce(reply.raw);
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    runtime.metrics.requests.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
    runtime.logger.debug(
      { method: request.method, route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime) },
      'request',
    );
    traces.end(request, reply);
    done();
  });
}

function noSuchRoute(): MusterError {
  return new MusterError('not-found', 'no such route here');
}

/** Without the query: it may hold a ticket. Escapes were found valid by the router. */
function pathOf({ url = '/' }: IncomingMessage): string {
  return decodeURI(url.split('?')[0] ?? '/');
}

const tooLarge = 413;

/**
 * Who still sends a body when its refusal comes would lose the answer if the connection were closed at once. So the rest is read
 * and thrown away, within the time that a request may take to arrive.
 */
function lingerFor(request: IncomingMessage, reply: { removeHeader(name: string): unknown }): void {
  reply.removeHeader('connection');
  request.resume();
}

/** Listens, or says what to do when the port is taken. Answers the real port. */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** A stream may be silent for long: its reader learns at once that there is one, before its own deadline for an answer. */
function beginAtOnce(response: ServerResponse): void {
  setImmediate(() => {
    if (!response.headersSent && !response.destroyed) response.flushHeaders();
  });
}

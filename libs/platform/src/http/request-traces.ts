import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Span, Tracer } from '../observability/tracer.js';
import { parseTraceparent, runInTrace, unrecordedTrace } from '../trace-context.js';

/** Asked again and again by those who watch. */
const watched = /^\/(health|metrics)(\/|$)/;

/**
 * The trace of each request, from its first byte to the end of its answer: that of the caller, or a new one. Inside, only what
 * belongs to a trace is recorded; heartbeats, leases and reports are not.
 */
export class RequestTraces {
  private readonly spans = new WeakMap<IncomingMessage, Span>();

  constructor(private readonly tracer: Tracer) {}

  begin(request: FastifyRequest, isInternal: boolean, task: () => void): void {
    const { method, routeOptions, headers } = request;
    const route = routeOptions.url ?? 'unknown';
    const caller = parseTraceparent(textOf(headers['traceparent']));
    const isOfNobody = watched.test(route) || (isInternal && caller === undefined);
    const span = this.tracer.begin({
      name: `${method} ${route}`,
      kind: 'server',
      parent: isOfNobody ? { ...(caller ?? unrecordedTrace()), sampled: false } : caller,
      attributes: { 'http.request.method': method, 'http.route': route },
    });
    this.spans.set(request.raw, span);
    runInTrace({ ...span.trace, requestId: String(request.id) }, task);
  }

  end({ raw }: FastifyRequest, { statusCode }: FastifyReply): void {
    const span = this.spans.get(raw);
    span?.note({ 'http.response.status_code': statusCode });
    span?.end(statusCode >= 500 ? String(statusCode) : undefined);
  }
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

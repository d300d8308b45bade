import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A span as it came over the wire. */
export interface ReceivedSpan {
  /** Of the process that sent it. */
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  /** Empty at the root of its trace. */
  parentSpanId: string;
  kind: number;
  attributes: Record<string, unknown>;
  isError: boolean;
}

interface OtlpAttribute {
  key: string;
  value: { stringValue?: string; intValue?: number | string; boolValue?: boolean; doubleValue?: number };
}

type OtlpSpan = Omit<ReceivedSpan, 'service' | 'attributes' | 'isError' | 'parentSpanId'> & {
  parentSpanId?: string;
  attributes: OtlpAttribute[];
  status: { code?: number };
};

interface OtlpBody {
  resourceSpans: { resource: { attributes: OtlpAttribute[] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** A receiver of traces: OTLP over HTTP, JSON, on a free port of this computer. */
export class TraceReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** What came, as it came. */
  readonly bodies: string[] = [];
  readonly headers: IncomingHttpHeaders[] = [];
  /** What it answers. */
  status = 200;
  private readonly waiting = new Set<() => void>();

  /** Stays the same after its end. */
  readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      void this.take(request).then((status) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end('{}'),
      );
    });
  }

  static async start(): Promise<TraceReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TraceReceiver(server);
  }

  /** Resolves when the spans that came are as `fits` wants them, now or later. */
  async until(fits: (spans: readonly ReceivedSpan[]) => boolean): Promise<void> {
    while (!fits(this.spans)) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async take(request: IncomingMessage): Promise<number> {
    if (request.method !== 'POST' || request.url !== '/v1/traces') return 404;
    const body = await text(request);
    this.headers.push(request.headers);
    this.bodies.push(body);
    if (this.status < 300) this.spans.push(...spansOf(JSON.parse(body) as OtlpBody));
    for (const wake of this.waiting) wake();
    this.waiting.clear();
    return this.status;
  }
}

function spansOf({ resourceSpans }: OtlpBody): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId = '', kind, attributes, status }) => ({
        service,
        name,
        traceId,
        spanId,
        parentSpanId,
        kind,
        attributes: valuesOf(attributes),
        isError: status.code === errorStatus,
      })),
    );
  });
}

const errorStatus = 2;

function valuesOf(attributes: readonly OtlpAttribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? Number(value.intValue ?? value.doubleValue),
    ]),
  );
}

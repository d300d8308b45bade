import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { Controller, Get, HttpCode, Module, Post } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentTrace, Open, traceparentOf } from '@muster/platform';
import { TraceReceiver } from '@muster/testing';
import { hostServices, type RunningHost } from './host-services.js';
import type { ServiceDefinition } from './service-definition.js';

@Controller('v1/things')
class ThingsController {
  @Post()
  @HttpCode(200)
  @Open()
  make(): Record<string, unknown> {
    return { trace: currentTrace(), handsOn: traceparentOf() };
  }

  @Get(':id')
  @Open()
  read(): never {
    throw new TypeError('secret detail');
  }
}

@Controller('internal/v1/things')
class InternalThingsController {
  @Get()
  @Open()
  read(): Record<string, never> {
    return {};
  }
}

@Module({ controllers: [ThingsController, InternalThingsController] })
class ThingsModule {}

// Of all services the console alone starts without auth.
const things: ServiceDefinition = { name: 'console', settings: {}, module: ThingsModule, usesStore: false };

const traceId = '0af7651916cd43dd8448eb211c80319c';
const callersSpan = 'b7ad6b7169203331';

let receiver: TraceReceiver;
let folder: string;
let running: RunningHost | undefined;
beforeEach(async () => {
  receiver = await TraceReceiver.start();
  folder = await mkdtemp(join(tmpdir(), 'muster-traces-'));
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await receiver.stop();
  await rm(folder, { recursive: true });
});

async function start(settings: Record<string, string> = {}): Promise<{ outside: string; inside: string }> {
  running = await hostServices({
    process: 'things',
    services: [things],
    environment: {
      MUSTER_DATA_DIR: folder,
      MUSTER_PORT: '0',
      MUSTER_LOG_LEVEL: 'fatal',
      MUSTER_OTLP_ENDPOINT: receiver.url,
      MUSTER_TRACE_EXPORT_DELAY_MS: '10',
      MUSTER_TRACE_BATCH_SPANS: '1',
      ...settings,
    },
    ownsInstallation: true,
    strictness: 'strict',
  });
  const { publicUrl: outside, internalUrl: inside } = running.host.runtime.addresses;
  return { outside, inside };
}

/** Its body comes after its head was read. */
async function post(url: string, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const init = { method: 'POST', agent: false as const, headers: { 'content-type': 'application/json', ...headers } };
  const request = httpRequest(`${url}/v1/things?ticket=secret`, init);
  request.flushHeaders();
  request.once('socket', (socket) => socket.once('connect', () => setImmediate(() => request.end('{"a":1}'))));
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return (await json(answer)) as Record<string, unknown>;
}

const metricsOf = async (inside: string): Promise<string> => (await fetch(`${inside}/metrics`)).text();

describe('the trace of a request', () => {
  it('goes on with that of its caller, and what is done for it goes on from there, also after its body was read', async () => {
    const { outside } = await start({ MUSTER_OTLP_HEADERS: 'authorization=Bearer of-receiver' });
    const answer = await post(outside, { traceparent: `00-${traceId}-${callersSpan}-01`, authorization: 'Bearer x.y' });
    await receiver.until((spans) => spans.length > 0);
    const [span] = receiver.spans;
    expect(span).toEqual({
      service: 'things',
      name: 'POST /v1/things',
      traceId,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      parentSpanId: callersSpan,
      kind: 2,
      attributes: { 'http.request.method': 'POST', 'http.route': '/v1/things', 'http.response.status_code': 200 },
      isError: false,
    });
    expect(answer).toMatchObject({
      trace: { traceId, spanId: span?.spanId, sampled: true },
      handsOn: `00-${traceId}-${span?.spanId}-01`,
    });
    expect(receiver.headers[0]?.authorization).toBe('Bearer of-receiver');
    expect(receiver.bodies.join()).not.toMatch(/secret|x\.y|of-receiver/);
  });

  it('tells of an error the status and the trace, and nothing of what was thrown', async () => {
    const { outside } = await start();
    const { traceId: told } = (await (await fetch(`${outside}/v1/things/1`)).json()) as { traceId: string };
    await receiver.until((spans) => spans.length > 0);
    expect(receiver.spans).toMatchObject([
      {
        name: 'GET /v1/things/:id',
        traceId: told,
        parentSpanId: '',
        isError: true,
        attributes: { 'error.type': '500' },
      },
    ]);
    expect(receiver.bodies.join()).not.toContain('secret');
  });

  it('is not recorded where nobody asked for it: probes, scrapes, and what goes on by itself between services', async () => {
    const { outside, inside } = await start();
    await fetch(`${outside}/health/live`);
    await fetch(`${inside}/metrics`);
    await fetch(`${inside}/internal/v1/things`);
    await fetch(`${inside}/internal/v1/things`, { headers: { traceparent: `00-${traceId}-${callersSpan}-00` } });
    await fetch(`${inside}/internal/v1/things`, { headers: { traceparent: `00-${traceId}-${callersSpan}-01` } });
    await running?.stop();
    expect(receiver.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ['GET /internal/v1/things', callersSpan],
    ]);
  });

  it('is recorded as often as the setting says, unless its caller has decided', async () => {
    const { outside } = await start({ MUSTER_TRACE_SAMPLE_RATIO: '0' });
    expect(await post(outside)).toMatchObject({ handsOn: expect.stringMatching(/-00$/) as string });
    await post(outside, { traceparent: `00-${traceId}-${callersSpan}-01` });
    await running?.stop();
    expect(receiver.spans.map((span) => span.traceId)).toEqual([traceId]);
  });

  it('is passed on without a receiver, too', async () => {
    const { outside } = await start({ MUSTER_OTLP_ENDPOINT: '' });
    expect(await post(outside, { traceparent: `00-${traceId}-${callersSpan}-01` })).toMatchObject({
      handsOn: expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`)) as string,
    });
    expect(receiver.bodies).toEqual([]);
  });
});

describe('a receiver of traces', () => {
  it('that is away costs spans, which are counted, and nothing else', async () => {
    await receiver.stop();
    const { outside, inside } = await start({ MUSTER_TRACE_QUEUE_SPANS: '2' });
    for (let n = 0; n < 5; n += 1) expect(await post(outside)).toMatchObject({ trace: { sampled: true } });
    // The span ends a moment after its answer was read.
    while (!/^muster_trace_spans_dropped_total 3$/m.test(await metricsOf(inside)));
    expect(await metricsOf(inside)).toMatch(/^muster_trace_spans_sent_total 0$/m);
    receiver = await TraceReceiver.start();
  });

  it('that refuses is not asked again for the same spans', async () => {
    receiver.status = 401;
    const { outside, inside } = await start();
    await post(outside);
    while (receiver.bodies.length < 1) await new Promise(setImmediate);
    await post(outside);
    while (receiver.bodies.length < 2) await new Promise(setImmediate);
    expect(new Set(receiver.bodies).size).toBe(2);
    expect(await metricsOf(inside)).toMatch(/^muster_trace_spans_sent_total 0$/m);
  });
});

import type { SessionView } from '@muster/client';
import { TestCatalogue, TestSystem, TraceReceiver, systemMode, type ReceivedSpan } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainRole } from './plain-worker.js';

const roles = ['one', 'two'];
const secretWord = 'what-a-user-wrote';
const traceId = '0af7651916cd43dd8448eb211c80319c';
const callersSpan = 'b7ad6b7169203331';

let receiver: TraceReceiver;
let system: TestSystem;
let catalogue: TestCatalogue;
let token: string;
let session: SessionView;

beforeAll(async () => {
  receiver = await TraceReceiver.start();
  catalogue = await TestCatalogue.of({ pair: { roles: { one: plainRole(), two: plainRole() } } });
  const settings = {
    MUSTER_CATALOGUE: catalogue.folder,
    MUSTER_OTLP_ENDPOINT: receiver.url,
    MUSTER_TRACE_EXPORT_DELAY_MS: '50',
  };
  system = await TestSystem.start({ settings });
  token = (await system.login()).accessToken;
  session = await createSession({ traceparent: `00-${traceId}-${callersSpan}-01` });
});
afterAll(async () => {
  await system?.dispose();
  await catalogue?.remove();
  await receiver?.stop();
});

async function createSession(headers: Record<string, string> = {}): Promise<SessionView> {
  const body = { type: 'pair', project: secretWord };
  const { status, body: created } = await system.ask('POST', '/v1/sessions', { token, body, headers });
  expect(status).toBe(202);
  return created as unknown as SessionView;
}

/** The spans of the session's trace. */
const ofTrace = (spans: readonly ReceivedSpan[]): ReceivedSpan[] => spans.filter((span) => span.traceId === traceId);

/** From a span up to the caller; undefined where a part is missing. */
function wayUp(span: ReceivedSpan, spans: readonly ReceivedSpan[]): string[] | undefined {
  if (span.parentSpanId === callersSpan) return [span.name];
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  const way = parent === undefined ? undefined : wayUp(parent, spans);
  return way === undefined ? undefined : [span.name, ...way];
}

const isWhole = (spans: readonly ReceivedSpan[]): boolean => spans.every((span) => wayUp(span, spans) !== undefined);

const of = (name: string, role: string, spans: readonly ReceivedSpan[]): ReceivedSpan | undefined =>
  spans.find((span) => span.name === `session ${name}` && span.attributes['muster.role'] === role);

const steps = ['start', 'register', 'init', 'run'];
const hasAllSteps = (spans: readonly ReceivedSpan[]): boolean =>
  roles.every((role) => steps.every((name) => of(name, role, spans) !== undefined));

describe('the trace of a session', () => {
  it('is one tree from the request that made it to each of its workers', async () => {
    await receiver.until((spans) => hasAllSteps(ofTrace(spans)) && isWhole(ofTrace(spans)));
    const spans = ofTrace(receiver.spans);
    const [root] = spans.filter(({ parentSpanId }) => parentSpanId === callersSpan);
    expect(root).toMatchObject({ name: 'POST /v1/sessions', attributes: { 'http.response.status_code': 202 } });
    for (const role of roles)
      for (const name of steps) expect(wayUp(of(name, role, spans)!, spans)?.at(-1)).toBe('POST /v1/sessions');
    const below = (name: string, parent: string): boolean =>
      spans.some((span) => span.name === name && wayUp(span, spans)?.includes(parent));
    expect([
      below('POST /internal/v1/session/sessions/:id/changed', 'session grant'),
      below('POST /internal/v1/global-directory/placements/plan', 'POST /v1/sessions'),
      below('POST /internal/v1/global-directory/placements/reserve', 'session reserve'),
      below('POST /internal/v1/local-directory/:node/reservations', 'session reserve'),
      below('POST /internal/v1/local-directory/:node/workloads/start', 'session start'),
    ]).toEqual([true, true, true, true, true]);
  });

  it('goes through every service that has a part in it', () => {
    const parts =
      systemMode === 'standalone'
        ? ['standalone']
        : ['global-directory', 'global-session', 'local-directory', 'session'];
    expect(ofTrace(receiver.spans).map(({ service }) => service)).toEqual(expect.arrayContaining(parts));
  });

  it('is told to workers: in their environment, and with each call', async () => {
    const client = await system.client();
    await client.sessions.waitUntil(session.id, 'running');
    const connection = await client.connect(session.id);
    const spans = ofTrace(receiver.spans);
    const rest = spans.find(({ parentSpanId }) => parentSpanId === callersSpan);
    for (const role of roles)
      expect(await connection.call(role, 'traces')).toMatchObject({
        environment: `00-${traceId}-${rest?.spanId}-01`,
        '/v1/init': `00-${traceId}-${of('init', role, spans)?.spanId}-01`,
        '/v1/run': `00-${traceId}-${of('run', role, spans)?.spanId}-01`,
      });
    connection.close();
  });

  it('leads to the log lines of the session', () => {
    const lines = system.log.split('\n').filter((line) => line.includes('"holds the session"'));
    expect(lines.filter((line) => line.includes(session.id)).join()).toContain(`"traceId":"${traceId}"`);
  });

  it('holds no secret, nor what a user wrote', () => {
    const sent = receiver.bodies.join();
    expect(sent).toContain(session.id);
    for (const secret of [system.password, token, secretWord, 'Bearer', 'acceptToken'])
      expect(sent).not.toContain(secret);
  });

  if (systemMode === 'services')
    it('goes on when another session service takes the session over', async () => {
      const debug = await system.ask('GET', '/v1/system/debug', { token });
      const { sessions } = debug.body as unknown as { sessions: { _id: string; holder: string }[] };
      const holder = sessions.find(({ _id }) => _id === session.id)!.holder;
      await system.kill(system.serviceOf(holder)!);
      const fences = (spans: readonly ReceivedSpan[]): ReceivedSpan[] =>
        ofTrace(spans).filter(({ name, attributes }) => name === 'session fence' && attributes['muster.epoch'] === 2);
      await receiver.until((spans) => fences(spans).length > 0 && isWhole(ofTrace(spans)));
      expect(ofTrace(receiver.spans).some(({ name }) => name === 'session take-over')).toBe(true);
    });
});

describe('a receiver that is away', () => {
  it('changes nothing for sessions', async () => {
    await receiver.stop();
    const client = await system.client();
    await client.sessions.close(session.id);
    await client.sessions.waitUntil(session.id, 'closed');
    const next = await createSession();
    await client.sessions.waitUntil(next.id, 'running');
    await system.logged(({ msg }) => msg === 'the receiver of traces does not take them');
    receiver = await TraceReceiver.start();
  });
});

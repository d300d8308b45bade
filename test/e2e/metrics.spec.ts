import { readFile } from 'node:fs/promises';
import type { SessionView } from '@muster/client';
import { systemMode, TestCatalogue, TestSystem } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainRole, plainType } from './plain-worker.js';

const services = [
  'auth',
  'global-directory',
  'local-directory',
  'global-session',
  'session-1',
  'session-2',
  'relay-1',
  'relay-2',
];
const userName = 'somebody-of-note';

let system: TestSystem;
let catalogue: TestCatalogue;
let session: SessionView;

beforeAll(async () => {
  catalogue = await TestCatalogue.of({
    pair: { roles: { one: plainRole(), two: plainRole() } },
    broken: plainType('exit', { role: { restart: { maxTimes: 0, withinMs: 60_000 } } }),
  });
  system = await TestSystem.start({ settings: { MUSTER_CATALOGUE: catalogue.folder } });
  const { accessToken: token } = await system.login();
  const body = { username: userName, password: 'of sixteen letters', role: 'user' };
  expect((await system.ask('POST', '/v1/users', { token, body })).status).toBe(201);
  const client = await system.client(userName, body.password);
  session = await client.sessions.create({ type: 'pair' });
  const broken = await client.sessions.create({ type: 'broken' });
  await client.sessions.waitUntil(session.id, 'running');
  await client.sessions.waitUntil(broken.id, 'failed');
  (await client.connect(session.id)).close();
});
afterAll(async () => {
  await system?.dispose();
  await catalogue?.remove();
});

/** What all services tell, one after the other. */
async function scrape(): Promise<string> {
  const urls =
    systemMode === 'standalone' ? [system.internalUrlOf('')] : services.map((name) => system.internalUrlOf(name));
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return texts.join('\n');
}

/** The sum of a series over all services. */
function sumOf(text: string, series: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${series} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(series.length + 1)), 0);
}

describe('the metrics of a system', () => {
  it('are all that the reference names', async () => {
    const reference = await readFile('docs/reference/metrics.md', 'utf8');
    const named = [...reference.matchAll(/^\| `(muster_\w+)`/gm)].map(([, name]) => name);
    const told = new Set([...(await scrape()).matchAll(/^# TYPE (muster_\w+)/gm)].map(([, name]) => name));
    expect(named.length).toBeGreaterThan(30);
    // Nothing of traces where they are switched off.
    expect(named.filter((name) => !told.has(name) && !name?.startsWith('muster_trace_'))).toEqual([]);
    expect([...told].filter((name) => !named.includes(name))).toEqual([]);
  });

  it('tell what runs, how long it took, and what failed', async () => {
    let text = '';
    const of = (series: string): number => sumOf(text, series);
    const counts = async (): Promise<Record<string, number>> => {
      text = await scrape();
      return {
        running: of('muster_sessions{state="running"}'),
        queued: of('muster_queue_sessions'),
        workers: of('muster_workers{state="running"}'),
        starts: of('muster_session_start_duration_seconds_count'),
        failed: of('muster_session_start_failures_total{reason="worker-failed"}'),
        nodes: of('muster_nodes{state="ready"}'),
        awaitingTakeover: of('muster_sessions_awaiting_takeover'),
        sessionServices: of('muster_services{service="session",state="held"}'),
      };
    };
    // The queue is what the last look at it saw.
    await expect.poll(counts).toEqual({
      running: 1,
      queued: 0,
      workers: 2,
      starts: 1,
      failed: 1,
      nodes: 1,
      awaitingTakeover: 0,
      sessionServices: systemMode === 'standalone' ? 1 : 2,
    });
    const booked = [...text.matchAll(/^muster_node_cpu_booked_cores\{.*\} (.*)$/gm)].map(([, cores]) => Number(cores));
    expect(booked).toEqual([0.02]);
    expect(text).toMatch(
      /^muster_http_request_duration_seconds_count\{method="POST",route="\/v1\/sessions",status="202"\} 2$/m,
    );
    expect(text).toMatch(
      /^muster_store_operation_duration_seconds_count\{collection="sessions",operation="insert",outcome="done"\} 2$/m,
    );
  });

  it('hold no id of a session and no name of a user', async () => {
    const text = await scrape();
    for (const name of ['ses_', 'usr_', 'wrk_', userName]) expect(text).not.toContain(name);
  });
});

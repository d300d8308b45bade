import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runWorker, type RunningWorker, type WorkerDefinition } from '@muster/worker-sdk';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import model from './field-model/src/main.js';
import plot from './field-plot/src/main.js';
import { decodeField } from './field-solver/src/field-frame.js';
import solver, { type SolveAnswer } from './field-solver/src/main.js';

const cable: unknown = JSON.parse(
  readFileSync(new URL('./field-model/examples/coaxial-cable.json', import.meta.url), 'utf8'),
);
const definitions: Record<string, WorkerDefinition> = { model, solver, plot };

interface Answer {
  status: number;
  body: { body?: unknown; binary?: { topic: string; base64: string }; code?: string; errors?: { member: string }[] };
}

/** The three workers of a field lab in this process, with a stand-in for their session service. */
class FieldLab {
  readonly progress: { text: string; done?: number }[] = [];
  private readonly workers = new Map<string, RunningWorker>();
  private requests = 0;
  private readonly control = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (request.url?.endsWith('/progress') === true) this.progress.push(JSON.parse(text) as { text: string });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ token: 't', expiresAt: new Date(4e12).toISOString(), acceptToken: 'accept-me' }));
    });
  });

  async start(): Promise<void> {
    this.control.listen(0, '127.0.0.1');
    await once(this.control, 'listening');
    const controlUrl = `http://127.0.0.1:${(this.control.address() as AddressInfo).port}`;
    for (const [role, definition] of Object.entries(definitions)) {
      this.workers.set(role, await runWorker(definition, environmentOf(role, controlUrl), { write: () => {} }));
    }
    const peers = [...this.workers].map(([role, { address }]) => ({
      role,
      address,
      workerId: `wrk_${role}`,
      incarnation: 1,
      state: 'ready',
      acceptToken: 'accept-me',
      registers: 'self',
    }));
    const init = {
      sessionId: 'ses_a',
      incarnation: 1,
      epoch: 1,
      controlUrl,
      project: null,
      parameters: { gridCells: 64 },
    };
    for (const role of this.workers.keys()) await this.post(role, '/v1/init', { ...init, role });
    for (const role of this.workers.keys()) await this.post(role, '/v1/run', { view: 1, epoch: 1, controlUrl, peers });
  }

  execute(role: string, action: string, body: unknown = {}, signal?: AbortSignal): Promise<Answer> {
    return this.post(
      role,
      '/v1/execute',
      { id: `r${++this.requests}`, action, body, from: { kind: 'client', clientId: 'c' } },
      signal,
    );
  }

  async stop(): Promise<void> {
    for (const worker of this.workers.values()) worker.stop('the test is over');
    await Promise.all([...this.workers.values()].map((worker) => worker.ended));
    this.control.close();
  }

  private async post(role: string, path: string, body: unknown, signal: AbortSignal | null = null): Promise<Answer> {
    const headers = {
      'content-type': 'application/json',
      authorization: 'Bearer accept-me',
      'x-muster-session': 'ses_a',
      'x-muster-epoch': '1',
      'x-muster-incarnation': '1',
    };
    const url = `${this.workers.get(role)?.address}${path}`;
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal });
    return { status: answer.status, body: (await answer.json()) as Answer['body'] };
  }
}

function environmentOf(role: string, controlUrl: string): Parameters<typeof runWorker>[1] {
  return {
    sessionId: 'ses_a',
    workerId: `wrk_${role}`,
    role,
    incarnation: 1,
    bind: { host: '127.0.0.1', port: 0 },
    advertise: undefined,
    controlUrl,
    joinToken: 'join-me',
    scratchDir: undefined,
    registerTimeoutMs: 5000,
    initTimeoutMs: 10_000,
    shutdownGraceMs: 1000,
    maxBodyBytes: 2 ** 24,
    clientResumeMs: 1000,
  };
}

describe('a field lab', () => {
  const lab = new FieldLab();
  beforeAll(() => lab.start());
  afterAll(() => lab.stop());

  it('says what comes first when something is missing', async () => {
    expect(await lab.execute('solver', 'solve')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await lab.execute('plot', 'render')).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('refuses a wrong geometry and keeps none of it', async () => {
    expect(await lab.execute('model', 'load', { width: 1, height: 0, electrodes: [] })).toMatchObject({
      status: 400,
      body: { errors: [{ member: 'height' }] },
    });
    expect(await lab.execute('model', 'get')).toMatchObject({ status: 409 });
  });

  it('computes the capacitance of a cable next to that of theory, with the grid of the session', async () => {
    expect(await lab.execute('model', 'load', cable)).toMatchObject({
      status: 200,
      body: { body: { revision: 1, electrodes: ['inner conductor', 'shield'] } },
    });
    const { status, body } = await lab.execute('solver', 'solve');
    const answer = body.body as SolveAnswer;
    expect([status, answer.cells]).toEqual([200, [64, 64]]);
    expect(Math.abs(answer.relativeError!)).toBeLessThan(1e-3);
    expect(answer.reference!.capacitancePerMetre * 1e12).toBeCloseTo(97.03, 2);
    await expect.poll(() => lab.progress.length).toBeGreaterThan(0);
  });

  it('hands out the whole field and its picture as bytes', async () => {
    const { body: field } = await lab.execute('solver', 'field');
    expect(decodeField(Buffer.from(field.binary!.base64, 'base64'))).toMatchObject({
      columns: 65,
      rows: 65,
      widthMetres: expect.closeTo(0.0036, 9),
    });
    const { body: picture } = await lab.execute('plot', 'render', { pixels: 200 });
    expect(picture.binary!.topic).toBe('image/png');
    expect(PNG.sync.read(Buffer.from(picture.binary!.base64, 'base64')).height).toBe(232);
  });

  it('refuses options out of range and names them', async () => {
    expect(await lab.execute('solver', 'solve', { gridCells: 5000 })).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
    expect(await lab.execute('solver', 'solve', { tolerance: 'small' })).toMatchObject({
      body: { errors: [{ member: 'tolerance' }] },
    });
    expect(await lab.execute('plot', 'render', { pixels: 1, lines: 0.5 })).toMatchObject({
      body: { errors: [{ member: 'pixels' }, { member: 'lines' }] },
    });
  });

  it('stops solving when its caller is gone, and can solve again', async () => {
    const caller = new AbortController();
    const seen = lab.progress.length;
    const large = lab.execute('solver', 'solve', { gridCells: 1024, tolerance: 1e-12 }, caller.signal);
    large.catch(() => {});
    await expect.poll(() => lab.progress.length).toBeGreaterThan(seen);
    expect(await lab.execute('solver', 'solve')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    caller.abort();
    await expect(large).rejects.toThrow();
    await expect.poll(async () => (await lab.execute('solver', 'solve')).status).toBe(200);
  });
});

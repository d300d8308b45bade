import { Agent, get } from 'node:http';
import { inTurns, median, report, TestSystem } from '@muster/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BareProgram } from './bare-program.js';

const rounds = 6;
const roundMs = 2000;
const connections = 20;
const leastOfBare = 0.6;

let system: TestSystem;
let bare: BareProgram;
let id: string;
let token: string;

beforeAll(async () => {
  system = await TestSystem.start({ mode: 'standalone' });
  token = (await system.login()).accessToken;
  const { body } = await system.ask('POST', '/v1/sessions', { token, body: { type: 'field-lab' } });
  id = String(body['id']);
  await (await system.client()).sessions.waitUntil(id, 'running');
  const keys = (await system.ask('GET', '/.well-known/jwks.json')).body;
  const record = (await system.ask('GET', `/v1/sessions/${id}`, { token })).body;
  bare = await BareProgram.start('api', JSON.stringify(keys), JSON.stringify(record));
});
afterAll(async () => {
  await bare?.stop();
  await system?.dispose();
});

/** Answers per second over connections that are kept, each with one request at a time. */
async function rateOf(address: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const endsAt = performance.now() + roundMs;
  let answers = 0;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      get(`${address}/v1/sessions/${id}`, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
        expect(response.statusCode).toBe(200);
        response.resume().on('end', () => resolve(void (answers += 1)));
      }).on('error', reject);
    });
  const lane = async (): Promise<void> => {
    while (performance.now() < endsAt) await one();
  };
  await Promise.all(Array.from({ length: connections }, lane));
  agent.destroy();
  return (1000 * answers) / roundMs;
}

it('GET /v1/sessions/{id} with a token', async () => {
  await rateOf(bare.address);
  await rateOf(system.publicUrl);
  const values = await inTurns(rounds, {
    'bare Fastify': () => rateOf(bare.address),
    standalone: () => rateOf(system.publicUrl),
  });
  const bar = leastOfBare * median(values['bare Fastify']);
  console.log(report('GET /v1/sessions/{id}, per second', values, `the median is at least ${bar.toFixed(0)}`));
  expect(median(values.standalone)).toBeGreaterThanOrEqual(bar);
}, 120_000);

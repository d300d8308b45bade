import type { MusterClient } from '@muster/client';
import { inTurns, median, report, TestSystem, timed } from '@muster/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BareProgram } from './bare-program.js';

const times = 15;
const mostOfBare = 1.5;
/** Of the demo's session type, whose workers are all mandatory but the plot; that one is waited for as well. */
const modules = ['field-model', 'field-solver', 'field-plot'];

let system: TestSystem;
let client: MusterClient;

beforeAll(async () => {
  system = await TestSystem.start({ mode: 'standalone' });
  client = await system.client();
});
afterAll(() => system.dispose());

async function untilAllRun(id: string): Promise<void> {
  const running = new Set<string>();
  for await (const news of client.sessions.events(id))
    if (
      news.kind === 'worker' &&
      news.worker?.state === 'running' &&
      running.add(news.role ?? '').size === modules.length
    )
      return;
}

it('a cold session of three workers, from the request to running', async () => {
  const values = await inTurns(times, {
    'three bare processes': async () => {
      const bare: BareProgram[] = [];
      const ms = await timed(async () => {
        const all = modules.map((name) => BareProgram.start('worker', `dist/workers/${name}.js`));
        bare.push(...(await Promise.all(all)));
      });
      await Promise.all(bare.map((each) => each.stop()));
      return ms;
    },
    'a session': async () => {
      let id = '';
      const ms = await timed(async () => {
        ({ id } = await client.sessions.create({ type: 'field-lab' }));
        await untilAllRun(id);
      });
      await client.sessions.close(id);
      await client.sessions.waitUntil(id, 'closed');
      return ms;
    },
  });
  const bar = mostOfBare * median(values['three bare processes']);
  console.log(report('Cold session of three workers, ms', values, `a session's median is at most ${bar.toFixed(1)}`));
  expect(median(values['a session'])).toBeLessThanOrEqual(bar);
}, 300_000);

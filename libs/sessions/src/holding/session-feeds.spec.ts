import { describe, expect, it } from 'vitest';
import type { RouteTable } from '@muster/contracts';
import { HoldingHarness } from './spec-kit/holding-harness.js';

describe('the streams of a session', () => {
  it('gives the route table at once and at every change, with what relays need, and ends with the session', async () => {
    const { test, session } = await HoldingHarness.opened();
    const tables: string[] = [];
    const reading = (async () => {
      for await (const table of test.a.feeds.routes(session)) {
        if ('routes' in table)
          tables.push(
            `${table.state} ${table.routes.map(({ role, incarnation, state }) => `${role}:${incarnation}:${state}`).join(' ')}`,
          );
      }
    })();
    await test.settle();
    test.cluster.crash('solver');
    await test.pass(2000);
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.settle();
    await reading;
    expect([tables[0], tables.at(-1)]).toEqual([
      'running model:1:running solver:1:running',
      'closed model:1:ended solver:2:ended',
    ]);
    expect(tables).toContain('degraded model:1:running solver:2:pending');
  });

  it('gives no address of a worker that cannot be called', async () => {
    const { test, session } = await HoldingHarness.opened();
    test.cluster.crash('solver');
    await test.settle();
    const table = await test.a.feeds.routes(session).next();
    expect(table.value).toMatchObject({
      routes: [
        {
          role: 'model',
          address: 'http://nod_1:4000/model',
          acceptToken: test.registered.get('model:1')?.acceptToken,
          speaks: 'stream',
        },
        { role: 'solver' },
      ],
    });
    expect(JSON.stringify(table.value)).not.toContain('nod_2');
  });

  it('gives relays no address of a worker that has not taken its initial data: it would refuse what clients ask', async () => {
    const { test, session } = await HoldingHarness.opened();
    test.cluster.conduct.set('solver', 'hangs-in-init');
    test.cluster.crash('solver');
    await test.pass(2000);
    const { value: table } = (await test.a.feeds.routes(session).next()) as { value: RouteTable };
    const [solver] = table.routes.filter(({ role }) => role === 'solver');
    expect(solver).toEqual({
      role: 'solver',
      worker: expect.any(String),
      incarnation: 2,
      state: 'ready',
      speaks: 'stream',
    });
  });

  it('gives stored events after the one that was seen, then new ones, each once', async () => {
    const { test, session } = await HoldingHarness.opened();
    const { lastEventId } = test.document;
    const ids: number[] = [];
    const reading = (async () => {
      for await (const line of test.a.feeds.events(session, lastEventId - 2)) if ('id' in line) ids.push(line.id);
    })();
    await test.settle();
    expect(ids).toEqual([lastEventId - 1, lastEventId]);
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.settle();
    await reading;
    expect(ids).toEqual(
      Array.from({ length: test.document.lastEventId - lastEventId + 2 }, (_, index) => lastEventId - 1 + index),
    );
  });

  it('beats while nothing happens', async () => {
    const { test, session } = await HoldingHarness.opened();
    const lines = test.a.feeds.events(session, test.document.lastEventId);
    const next = lines.next();
    await test.pass(6000);
    expect((await next).value).toEqual({ heartbeat: true });
  });
});

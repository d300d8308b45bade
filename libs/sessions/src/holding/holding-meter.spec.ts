import { startPhases } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { startFailureOf } from '../start-failure.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';

describe('what is counted of held sessions', () => {
  it('is how long the start took, once', async () => {
    const test = new HoldingHarness();
    await test.granted();
    await test.pass(60_000);
    const { createdAtMs, startedAtMs } = test.document;
    expect(test.counted).toEqual([['started', (startedAtMs ?? 0) - createdAtMs]]);
    expect(test.reached.map(([phase]) => phase)).toEqual(startPhases.slice(1));
    const sum = test.reached.reduce((ms, [, tookMs]) => ms + tookMs, 0);
    expect(sum).toBe((startedAtMs ?? 0) - (test.document.timeline.queued ?? 0));
  });

  it('is every worker that is started again', async () => {
    const test = new HoldingHarness();
    await test.granted();
    test.counted.length = 0;
    test.cluster.crash('solver');
    await test.pass(30_000);
    expect(test.picture.roles['solver']).toBe('2 running');
    expect(test.counted).toEqual([['restarted', 1]]);
  });

  it('is a start that failed, by the code of its reason; not a session that was closed, nor a place that was given back', async () => {
    const failing = new HoldingHarness();
    failing.cluster.conduct.set('solver', 'silent');
    await failing.granted();
    await failing.pass(120_000);
    expect(failing.picture.state).toBe('failed');
    expect(failing.counted.at(-1)).toEqual(['failed', startFailureOf(failing.document.reason)]);
    expect(startFailureOf(failing.document.reason)).not.toBe('other');

    const closed = new HoldingHarness();
    closed.cluster.conduct.set('solver', 'silent');
    await closed.granted();
    closed.wish('client');
    await closed.a.holder.changed(closed.id);
    await closed.pass(20_000);
    expect([closed.picture.state, closed.counted]).toEqual(['closed', []]);

    const requeued = new HoldingHarness();
    requeued.cluster.verdict = 'later';
    await requeued.granted();
    expect([requeued.picture.state, requeued.counted]).toEqual(['queued', []]);
  });
});

describe('the code of a reason', () => {
  it.each([
    ['never-placeable: no node has a GPU', 'never-placeable'],
    ['start-timeout: it did not run within 30000 ms', 'start-timeout'],
    ['a user wrote deadline: never', 'other'],
    [null, 'other'],
  ])('of "%s" is %s', (reason, code) => {
    expect(startFailureOf(reason)).toBe(code);
  });
});

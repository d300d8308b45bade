import { describe, expect, it } from 'vitest';
import { everyAwait } from './spec-kit/every-await.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';

/** A session that B is given at the n-th moment of what A does with it; A itself goes on only `delayMs` later. */
async function overtakenAt(
  moment: number,
  story: (test: HoldingHarness) => Promise<void>,
  delayMs: number,
): Promise<{ test: HoldingHarness; moments: number }> {
  const test = new HoldingHarness();
  let moments = 0;
  everyAwait(test, async () => {
    moments += 1;
    if (moments !== moment || test.document.live === false) return;
    test.takeOver();
    void test.b.holder.changed(test.id).catch((error: unknown) => test.failures.push(error));
    await test.clock.sleep(delayMs);
  });
  const told = story(test);
  await test.pass(10_000);
  await told;
  for (const { holder } of [test.a, test.b]) await holder.reconcile();
  await test.pass(60_000);
  return { test, moments };
}

/** What is left when everything has come to rest. */
function pictureOf({ a, b, cluster, document }: HoldingHarness): unknown {
  const roles = cluster.running.map((each) => each.split(':')[0]);
  const present = Object.values(document.workers).map(({ role, incarnation }) => `${role}:${incarnation}`);
  const onlyPresent = cluster.running.every((each) => present.includes(each));
  return [document.state, document.epoch, roles, onlyPresent, a.holder.count, b.holder.count, document.strays ?? []];
}

const start = async (test: HoldingHarness): Promise<void> => {
  await test.granted();
};

const crash = async (test: HoldingHarness): Promise<void> => {
  await test.granted();
  test.cluster.crash('solver');
  await test.pass(5000);
};

describe('a holder that is overtaken', () => {
  it.each([
    ['start', start, 0],
    ['slow start', start, 4000],
    ['restart of a crashed worker', crash, 0],
    ['slow restart of a crashed worker', crash, 4000],
  ] as const)(
    'at any moment of a %s leaves one incarnation of every role, and the next holder goes on',
    async (_, story, delayMs) => {
      const { moments } = await overtakenAt(0, story, 0);
      expect(moments).toBeGreaterThan(30);
      const left = new Map<number, unknown>();
      for (let moment = 1; moment <= moments; moment += 1) {
        const { test } = await overtakenAt(moment, story, delayMs);
        left.set(moment, pictureOf(test));
      }
      const wrong = [...left].filter(
        ([, picture]) =>
          JSON.stringify(picture) !== JSON.stringify(['running', 2, ['model', 'solver'], true, 0, 1, []]),
      );
      expect(wrong).toEqual([]);
    },
    60_000,
  );

  it('while it closes the session leaves nothing that runs', async () => {
    const close = async (test: HoldingHarness): Promise<void> => {
      await test.granted();
      test.wish('enough');
      await test.a.holder.changed(test.id);
    };
    const { moments } = await overtakenAt(0, close, 0);
    const wrong: unknown[] = [];
    for (let moment = 1; moment <= moments; moment += 1) {
      const { test } = await overtakenAt(moment, close, 2000);
      const picture = [test.document.state, test.cluster.running, test.a.holder.count, test.b.holder.count];
      if (JSON.stringify(picture) !== JSON.stringify(['closed', [], 0, 0])) wrong.push([moment, picture]);
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});

import { describe, expect, it } from 'vitest';
import { MusterError } from '@muster/contracts';
import { StoreUnavailable } from '@muster/store';
import { aRecipe } from './spec-kit/a-session.js';
import { everyAwait } from './spec-kit/every-await.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';

type Story = (test: HoldingHarness) => Promise<void>;
type Fault = (test: HoldingHarness, moment: string) => Promise<void>;

const start: Story = (test) =>
  test
    .granted({ recipe: aRecipe({ model: {}, solver: {}, plot: { mandatory: false } }) })
    .catch((error: unknown) => void test.failures.push(error));

const crash: Story = async (test) => {
  await start(test);
  test.cluster.crash('solver');
  await test.pass(5000);
};

const close: Story = async (test) => {
  await start(test);
  test.wish('enough');
  await test.a.holder.changed(test.id);
};

/** Nothing was done, or it was done and nobody hears of it. */
const noAnswer: Fault = async (_, moment) => {
  if (/get|replace/.test(moment)) throw new StoreUnavailable('no answer');
  throw new MusterError('upstream-unavailable', 'no answer');
};

/** The holder loses its lease and has it back before anybody took the session; what was under way arrives later. */
const leaseGap: Fault = async (test) => {
  test.a.lease.held = false;
  test.a.holder.dropAll();
  test.a.lease.held = true;
  void test.a.holder.reconcile().catch((error: unknown) => test.failures.push(error));
  await test.clock.sleep(4000);
};

/** The story with a fault at its n-th moment: how many moments there were, and what is left when all has come to rest. */
async function faultAt(nth: number, story: Story, fault: Fault): Promise<{ moments: number; picture: unknown }> {
  const test = new HoldingHarness();
  let moments = 0;
  everyAwait(test, async (moment) => {
    moments += 1;
    if (moments === nth) await fault(test, moment);
  });
  const told = story(test);
  await test.pass(10_000);
  await told;
  for (let times = 0; times < 2; times += 1) {
    await test.a.holder.reconcile();
    await test.pass(30_000);
  }
  const { document, cluster, a } = test;
  const present = Object.values(document.workers).map(({ role, incarnation }) => `${role}:${incarnation}`);
  const old = cluster.running.filter((each) => !present.includes(each));
  const roles = cluster.running.map((each) => each.split(':')[0]);
  return {
    moments,
    picture: { state: document.state, roles, old, held: a.holder.count, strays: document.strays ?? [] },
  };
}

const alive = { state: 'running', roles: ['model', 'plot', 'solver'], old: [], held: 1, strays: [] };
const ended = { state: 'closed', roles: [], old: [], held: 0, strays: [] };

describe.each([
  ['a call that is not answered', noAnswer],
  ['a gap in the lease', leaseGap],
] as const)('%s, at any moment', (_, fault) => {
  it.each([
    ['of a start and of the restart of a crashed worker leaves one incarnation of every role', crash, alive],
    ['of a start and an end leaves nothing that runs', close, ended],
  ] as const)(
    '%s',
    async (_name, story, expected) => {
      const { moments } = await faultAt(0, story, fault);
      expect(moments).toBeGreaterThan(50);
      for (let nth = 1; nth <= moments; nth += 1)
        expect((await faultAt(nth, story, fault)).picture, `moment ${nth}`).toEqual(expected);
    },
    60_000,
  );
});

import { startPhases } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { aRecipe, holderA, startedAt } from './spec-kit/a-session.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';

describe('starting a session', () => {
  it('places, starts, registers, initialises and runs the mandatory workers, and then runs itself', async () => {
    const test = new HoldingHarness();
    await test.granted();
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '1 running' } });
    expect(Object.keys(test.document.timeline)).toEqual([...startPhases]);
    expect(test.document.events.filter(({ kind }) => kind === 'state').map(({ state }) => state)).toEqual([
      'starting',
      'running',
    ]);
  });

  it('tells every worker of its peers, with what is needed to call them', async () => {
    const test = new HoldingHarness();
    await test.granted();
    const run = test.cluster.runs.find(({ role }) => role === 'model');
    expect(run?.view).toBe(1);
    expect(run?.controlUrl).toMatch(/^http:\/\/svc_a\/internal\/v1\/session\/control\/ses_1\/wrk_/);
    expect(run?.peers).toMatchObject([
      { role: 'solver', incarnation: 1, acceptToken: test.registered.get('solver:1')?.acceptToken },
    ]);
  });

  it("gives a worker its type's settings, the session's parameters and its role's, the later over the earlier", async () => {
    const test = new HoldingHarness();
    const recipe = aRecipe({ model: {} });
    Object.assign(recipe.workerTypes['model']!, { settings: { mesh: 'coarse', threads: 2, order: 1 } });
    Object.assign(recipe.roles['model']!, { parameters: { order: 3 } });
    await test.granted({ recipe, parameters: { mesh: 'fine' } });
    const parameters = { mesh: 'fine', threads: 2, order: 3 };
    expect(test.cluster.inits).toMatchObject([{ role: 'model', parameters }]);
    expect(test.cluster.starts.map(({ env }) => JSON.parse(env['MUSTER_PARAMETERS']!) as unknown)).toEqual([
      parameters,
    ]);
  });

  it('writes incarnation, node and the hash of the join token before it sends a start', async () => {
    const test = new HoldingHarness();
    const seen: unknown[] = [];
    const start = test.cluster.start.bind(test.cluster);
    test.cluster.start = (address, command) => {
      const worker = test.document.workers[command.role];
      seen.push([
        worker?.state,
        worker?.node === address,
        worker?.incarnation === command.fence.incarnation,
        worker?.joinTokenHash !== null,
      ]);
      return start(address, command);
    };
    await test.granted();
    expect(seen).toEqual([
      ['placed', true, true, true],
      ['placed', true, true, true],
    ]);
  });

  it('never writes a join token or an accept token in clear', async () => {
    const test = new HoldingHarness();
    await test.granted();
    const text = JSON.stringify(test.document);
    const secrets = [...test.registered.values()].flatMap(({ token, acceptToken }) => [token, acceptToken]);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).not.toContain('mwj_');
  });

  it('goes back to the queue with its place and the explanation when there is no room after all', async () => {
    const test = new HoldingHarness();
    test.cluster.verdict = 'later';
    await test.granted();
    const { state, holder, granted, queue, epoch } = test.document;
    expect({ state, holder, granted, sinceMs: queue.sinceMs, explanation: queue.explanation, epoch }).toEqual({
      state: 'queued',
      holder: null,
      granted: null,
      sinceMs: test.document.createdAtMs,
      explanation: '1 node: 1 lacks memory',
      epoch: 1,
    });
    expect([test.a.released, test.a.holder.count]).toEqual([['ses_1'], 0]);
    expect(test.document.timeline).toEqual({ queued: startedAt });
  });

  it('fails with the explanation when no node could ever host it', async () => {
    const test = new HoldingHarness();
    test.cluster.verdict = 'never';
    await test.granted();
    expect([test.document.state, test.document.reason, test.document.live]).toEqual([
      'failed',
      'never-placeable: 1 node: 1 lacks memory',
      false,
    ]);
  });

  it('restarts a worker that never registers, and fails with the reason when it happens too often', async () => {
    const test = new HoldingHarness();
    test.cluster.conduct.set('solver', 'silent');
    await test.granted({ recipe: { ...aRecipe({ model: {}, solver: { maxTimes: 0 } }) } });
    expect(test.picture.roles).toEqual({ model: '1 ready', solver: '1 starting' });
    await test.pass(40_000);
    expect(test.document.state).toBe('failed');
    expect(test.document.reason).toMatch(/^worker-failed: solver .*did not register within 30000 ms/);
    expect(test.cluster.running).toEqual([]);
  });

  it('fails a session whose worker exits at once, with the end of its output', async () => {
    const test = new HoldingHarness();
    test.cluster.conduct.set('solver', 'exits-at-once');
    await test.granted();
    await test.pass(20_000);
    expect(test.document.state).toBe('failed');
    expect(test.document.reason).toBe(
      'worker-failed: solver ended 3 times within 60000 ms, the last time: it ended with code 3\npanic: no mesh',
    );
    expect(test.cluster.starts.filter(({ role }) => role === 'solver').map(({ fence }) => fence.incarnation)).toEqual([
      1, 2, 3,
    ]);
    expect(test.cluster.running).toEqual([]);
  });

  it('places again, as the next incarnation and without blame, what a node refuses to start', async () => {
    const test = new HoldingHarness();
    test.cluster.refuseStarts = true;
    await test.granted();
    test.cluster.refuseStarts = false;
    await test.pass(5000);
    expect(test.document.state).toBe('running');
    expect(Object.values(test.document.workers).flatMap(({ crashesAtMs }) => crashesAtMs)).toEqual([]);
    expect(Object.values(test.document.workers).every(({ incarnation }) => incarnation > 1)).toBe(true);
  });

  it('gives the reason when a worker refuses its initial data', async () => {
    const test = new HoldingHarness();
    test.cluster.conduct.set('model', 'refuses-init');
    await test.granted();
    await test.pass(30_000);
    expect(test.document.state).toBe('failed');
    expect(test.document.reason).toContain('init failed: the mesh is broken');
  });

  it.each([
    ['hangs-in-init', 'take its initial data'],
    ['hangs-in-run', 'take its peers'],
  ] as const)('counts a worker that %s as crashed when its start limit is over', async (conduct, missing) => {
    const test = new HoldingHarness();
    test.cluster.conduct.set('solver', conduct);
    await test.granted({ recipe: { ...aRecipe({ model: {}, solver: { maxTimes: 1 } }) } });
    await test.pass(100_000);
    expect(test.document.state).toBe('failed');
    expect(test.document.reason).toBe(
      `worker-failed: solver ended 2 times within 60000 ms, the last time: it did not ${missing} within 30000 ms (it was stopped)`,
    );
    expect(test.cluster.running).toEqual([]);
  });

  it('never ends a running worker only because it cannot be told of new peers', async () => {
    const test = new HoldingHarness();
    await test.granted();
    test.cluster.conduct.set('solver', 'hangs-in-run');
    test.cluster.crash('model');
    await test.pass(300_000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '2 running', solver: '1 running' } });
  });

  it('gives up at the start deadline and says what it waited for', async () => {
    const test = new HoldingHarness();
    test.cluster.conduct.set('solver', 'silent');
    await test.granted({ recipe: { ...aRecipe({ model: {}, solver: { maxTimes: 100 } }) } });
    await test.pass(130_000);
    expect([test.document.state, test.document.reason?.slice(0, 60)]).toEqual([
      'failed',
      'start-timeout: it did not run within 120000 ms: model is rea',
    ]);
    expect(test.cluster.running).toEqual([]);
  });

  it('has its whole time by the clock of its holder, whatever that of the global session which granted it says', async () => {
    const test = new HoldingHarness();
    await test.granted({ granted: { holder: holderA, epoch: 1, atMs: startedAt - 3_600_000 } });
    expect(test.document.state).toBe('running');
  });

  it('never starts what has passed its deadline', async () => {
    const test = new HoldingHarness();
    await test.granted({ deadlineAtMs: test.clock.nowMs() - 1 });
    expect([test.document.state, test.cluster.starts]).toEqual(['failed', []]);
  });

  it('places other roles after the barrier, one by one, and runs without them while there is no room', async () => {
    const test = new HoldingHarness();
    const reserve = test.cluster.reserve.bind(test.cluster);
    const asks: string[][] = [];
    test.cluster.reserve = (ask) => {
      asks.push(ask.items.map(({ role }) => role));
      const optional = ask.items.every(({ role }) => role === 'plot');
      if (optional && asks.length < 4)
        return Promise.resolve({ verdict: 'later', explanation: { summary: 'full', nodes: 1, reasons: [] } });
      return reserve(ask);
    };
    await test.granted({ recipe: aRecipe({ model: {}, solver: {}, plot: { mandatory: false } }) });
    expect(test.picture).toEqual({
      state: 'running',
      roles: { model: '1 running', solver: '1 running', plot: '1 pending' },
    });
    await test.pass(5000);
    expect(test.picture.roles['plot']).toBe('1 running');
    expect(asks).toEqual([['model', 'solver'], ['plot'], ['plot'], ['plot']]);
    expect(test.cluster.runs.at(-1)?.peers.length).toBe(2);
  });

  it('takes a program as registered when its node says that it answers, and gives it no token', async () => {
    const test = new HoldingHarness();
    await test.granted({ recipe: aRecipe({ viewer: { registers: { node: { httpGet: '/', port: 80 } } } }) });
    expect(test.picture.roles).toEqual({ viewer: '1 starting' });
    test.cluster.answering('viewer', 'http://nod_1:9000');
    await test.settle();
    expect(test.picture).toEqual({ state: 'running', roles: { viewer: '1 running' } });
    expect(test.document.workers['viewer']).toMatchObject({ speaks: 'program', address: 'http://nod_1:9000' });
    expect([test.cluster.inits, test.cluster.runs, test.cluster.starts[0]?.env['MUSTER_TOKEN']]).toEqual([
      [],
      [],
      undefined,
    ]);
    expect(test.cluster.starts[0]?.acceptToken).toMatch(/^mwa_/);
  });
});

import type { WorkloadReport } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { aRecipe } from './spec-kit/a-session.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';

async function running(): Promise<HoldingHarness> {
  const test = new HoldingHarness();
  await test.granted();
  expect(test.document.state).toBe('running');
  return test;
}

/** The solver's node was given up while it still ran there, and the solver runs elsewhere. */
async function givenUp(): Promise<HoldingHarness> {
  const test = await running();
  test.cluster.setNode('nod_2', { reachable: false, state: 'down' });
  await test.pass(5000);
  expect(test.cluster.running).toEqual(['model:1', 'solver:1', 'solver:2']);
  return test;
}

describe('an incarnation whose node was given up', () => {
  it('stands in the document until its node says that it has ended', async () => {
    const test = await givenUp();
    expect(test.document.strays).toMatchObject([{ incarnation: 1, node: 'nod_2', nodeAddress: 'nod_2' }]);
    test.cluster.setNode('nod_2', { reachable: true, state: 'ready' });
    await test.pass(10_000);
    expect([test.cluster.running, test.document.strays]).toEqual([['model:1', 'solver:2'], []]);
  });

  it('is stopped by the next holder when the one that gave it up has died', async () => {
    const test = await givenUp();
    test.a.holder.dropAll();
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.settle();
    test.cluster.setNode('nod_2', { reachable: true, state: 'ready' });
    await test.pass(10_000);
    expect(test.cluster.running).toEqual(['model:1', 'solver:2']);
    expect(test.picture.state).toBe('running');
  });

  it('is stopped under the node epoch of a node that came back restarted', async () => {
    const test = await givenUp();
    test.cluster.setNode('nod_2', { reachable: true, state: 'ready', epoch: 2 });
    await test.pass(10_000);
    expect([test.cluster.running, test.document.strays]).toEqual([['model:1', 'solver:2'], []]);
  });

  it('does not keep its session from closing while the node is gone', async () => {
    const test = await givenUp();
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.pass(5000);
    expect([test.document.state, test.document.strays?.length]).toEqual(['closed', 1]);
  });

  it('is stopped before its session closes when the node is back', async () => {
    const test = await givenUp();
    test.wish('enough');
    test.cluster.setNode('nod_2', { reachable: true, state: 'ready' });
    await test.a.holder.changed(test.id);
    await test.pass(5000);
    expect([test.document.state, test.cluster.running]).toEqual(['closed', []]);
  });
});

describe('a node that was fenced', () => {
  it('ends what it runs for the session and the document does not name', async () => {
    const test = await running();
    test.a.holder.dropAll();
    const node = test.cluster.node('nod_2');
    const [kept] = node.workloads.values();
    if (kept === undefined) throw new TypeError('nothing runs');
    const old: WorkloadReport = { ...kept.report, incarnation: 7, workload: 'other' as WorkloadReport['workload'] };
    node.workloads.set(`ses_1-${old.worker}-7`, { report: old, reportTo: '' });
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.pass(5000);
    expect(test.cluster.stops.map(({ fence }) => fence.incarnation)).toContain(7);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '1 running' } });
  });

  it('is asked again when the directory does not know it any more, and given up when it is silent', async () => {
    const test = await running();
    test.cluster.node('nod_2').reachable = false;
    test.cluster.node('nod_1').state = 'draining';
    test.cluster.addNode('nod_3');
    test.cluster.forgetNode('nod_2');
    await test.pass(10_000);
    expect(test.picture.roles).toEqual({ model: '1 running', solver: '1 lost' });
    await test.pass(60_000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '2 running' } });
  });
});

describe('a local directory that was restarted', () => {
  it.each([
    ['remembers its exit', false],
    ['has forgotten it', true],
  ])('does not hide that a worker exited meanwhile, whether it %s', async (_, forgotten) => {
    const test = await running();
    const node = test.cluster.node('nod_2');
    node.reachable = false;
    test.cluster.crash('solver', 3);
    if (forgotten) node.workloads.clear();
    test.cluster.setNode('nod_2', { reachable: true, epoch: 2 });
    await test.pass(5000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '2 running' } });
    expect(test.document.workers['solver']?.crashesAtMs.length).toBe(1);
  });
});

describe('reports', () => {
  it('of an earlier start of the local directory are not believed', async () => {
    const test = await running();
    test.cluster.setNode('nod_2', { epoch: 2 });
    await test.settle();
    const { id, workloads } = test.cluster.node('nod_2');
    const [kept] = workloads.values();
    if (kept === undefined) throw new TypeError('nothing runs');
    const exit = { code: null, signal: null, reason: 'lost', outputTail: '' } as const;
    test.a.holder.noteReports({
      node: id,
      nodeEpoch: 1,
      reports: [{ ...kept.report, state: 'exited', exit }],
    });
    await test.pass(2000);
    expect(test.picture.roles['solver']).toBe('1 running');
  });

  it('that come late do not take back what is known', async () => {
    const test = new HoldingHarness();
    await test.granted({ recipe: aRecipe({ viewer: { registers: { node: { httpGet: '/', port: 80 } } }, model: {} }) });
    const running = [...test.cluster.nodes.values()].flatMap(({ id, epoch, workloads }) =>
      [...workloads.values()].map(({ report }) => ({ node: id, nodeEpoch: epoch, reports: [report] })),
    );
    const session = await test.a.holder.require(test.id);
    // The answer and the earlier report arrive while the session is looked at.
    const looked = session.exclusive(() => Promise.resolve());
    test.cluster.answering('viewer', 'http://nod_1:9000');
    for (const report of running) test.a.holder.noteReports(report);
    await looked;
    await test.settle();
    expect(test.picture.roles['viewer']).toBe('1 running');
  });
});

describe('a write whose outcome nobody knows', () => {
  it('leaves the worker the join token that the document has', async () => {
    const test = new HoldingHarness();
    const replace = test.sessions.replace.bind(test.sessions);
    let broken = 1;
    test.sessions.replace = async (document) => {
      const written = await replace(document);
      const placed = Object.values(document.workers).some(({ state }) => state === 'placed');
      if (placed && broken-- > 0) throw new TypeError('the connection broke after the write');
      return written;
    };
    await test.granted();
    await test.pass(5000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '1 running' } });
  });
});

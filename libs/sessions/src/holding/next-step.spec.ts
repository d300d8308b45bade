import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionStates, workerStates, type NodeId, type SessionState, type WorkerState } from '@muster/contracts';
import type { SessionDocument, WorkerRecord } from '../session-document.js';
import { applyChanges } from './apply-changes.js';
import { pendingWorker } from './draft.js';
import type { HeldFacts, NodeFacts, ObservedWorker } from './held-facts.js';
import { nextSteps } from './next-step.js';
import { aGrantedSession, aRecipe, holderA, startedAt } from './spec-kit/a-session.js';

const node = 'nod_1' as NodeId;
const reachable: NodeFacts = { state: 'ready', nodeEpoch: 1, fencedEpoch: 1, unreachableSinceMs: null };

function facts(change: Partial<HeldFacts> = {}): HeldFacts {
  return {
    nowMs: startedAt + 1000,
    adopting: false,
    observed: new Map(),
    nodes: new Map([[node, reachable]]),
    strays: [],
    noRoom: null,
    prepared: () => true,
    told: () => undefined,
    askedToRunAtMs: () => undefined,
    use: { lastUseMs: startedAt, clients: 0, leftAtMs: null },
    warned: new Set(),
    limits: {
      stopGraceMs: 3000,
      warnBeforeMs: 60_000,
      unknownNodeMs: 60_000,
      disconnectGraceMs: 10_000,
      maxRestartPauseMs: 60_000,
    },
    ...change,
  };
}

function worker(state: WorkerState, change: Partial<WorkerRecord> = {}): WorkerRecord {
  const placed =
    state === 'pending' ? {} : { node, nodeName: 'one', nodeEpoch: 1, nodeAddress: 'one', startedAtMs: startedAt };
  const registered = ['ready', 'running', 'stopping'].includes(state)
    ? { address: 'http://one:1', speaks: 'stream' as const, sealedAcceptToken: 'x', initialised: true }
    : {};
  const ran = state === 'running' ? { ranView: 1 } : {};
  return { ...pendingWorker('ses_1', 'model', 1), ...placed, ...registered, ...ran, state, ...change };
}

function session(state: SessionState, model: WorkerRecord, change: Partial<SessionDocument> = {}): SessionDocument {
  const passed =
    state === 'running' || state === 'degraded' ? { barrierPassed: true, view: 1, startedAtMs: startedAt } : {};
  const ended = state === 'closed' || state === 'failed';
  const held = aGrantedSession({
    recipe: aRecipe({ model: {} }),
    granted: null,
    holder: holderA,
    workers: { model },
    ...passed,
  });
  return { ...held, rev: 1, state, live: !ended, timeline: { planned: startedAt }, ...change };
}

function asWords(document: SessionDocument, about: HeldFacts): string {
  const { changes, effects } = nextSteps(document, about);
  return [...changes.map(({ change }) => change), ...effects.map(({ effect }) => `${effect}!`)].join(' ');
}

const exited: ObservedWorker = {
  incarnation: 1,
  state: 'exited',
  exit: { code: 1, signal: null, reason: 'exit', outputTail: '' },
};

describe('the next step', () => {
  const table: [SessionState, WorkerState, string][] = [
    ['starting', 'pending', 'reserve!'],
    ['starting', 'placed', 'start!'],
    ['starting', 'starting', ''],
    ['starting', 'ready', 'pass-barrier'],
    ['running', 'pending', 'settle reserve!'],
    ['running', 'placed', 'settle start!'],
    ['running', 'starting', 'settle'],
    ['running', 'ready', 'settle run!'],
    ['running', 'running', ''],
    ['running', 'stopping', 'settle stop!'],
    ['running', 'lost', 'settle'],
    ['degraded', 'running', 'settle'],
    ['degraded', 'pending', 'reserve!'],
    ['degraded', 'ready', 'run!'],
    ['closing', 'pending', 'end'],
    ['closing', 'placed', 'stop'],
    ['closing', 'running', 'stop'],
    ['closing', 'ended', 'finish'],
    ['closed', 'ended', ''],
    ['failed', 'running', ''],
    ['hibernated', 'ended', ''],
  ];
  it.each(table)('of a session %s with a worker %s is: %s', (state, workerState, expected) => {
    expect(asWords(session(state, worker(workerState)), facts())).toBe(expected);
  });

  it('of a worker that is to end is shutdown, then stop when its grace is over or it cannot be told', () => {
    const stopping = (change: Partial<HeldFacts>): string => {
      const model = worker('stopping', { desired: 'ended', stopRequestedAtMs: startedAt });
      return asWords(session('closing', model), facts(change));
    };
    expect([
      stopping({}),
      stopping({ told: () => 'told' }),
      stopping({ told: () => 'unreachable' }),
      stopping({ nowMs: startedAt + 5000 }),
    ]).toEqual(['shutdown!', '', 'stop!', 'stop!']);
  });

  it('of a crashed worker is its next incarnation, or the end of the session when it was one too many', () => {
    const crashed = (crashesAtMs: number[]): string =>
      asWords(
        session('running', worker('running', { crashesAtMs })),
        facts({ observed: new Map([['model', exited]]) }),
      );
    expect([crashed([]), crashed([startedAt, startedAt])]).toEqual(['next-incarnation', 'end close']);
  });

  it('asks nothing of a node that has restarted before it is fenced', () => {
    const restarted = new Map([[node, { ...reachable, nodeEpoch: 2 }]]);
    expect(asWords(session('starting', worker('placed')), facts({ nodes: restarted }))).toBe('fence!');
  });

  it('shows workers of a node that does not answer as lost, and gives them up only when its lease has ended', () => {
    const silent = (state: NodeFacts['state']): string =>
      asWords(
        session('running', worker('running')),
        facts({ nodes: new Map([[node, { ...reachable, state, fencedEpoch: null, unreachableSinceMs: startedAt }]]) }),
      );
    expect([silent('suspect'), silent('unknown'), silent('down')]).toEqual([
      'lose fence!',
      'lose fence!',
      'next-incarnation',
    ]);
  });
});

const someWorker = fc.record({
  state: fc.constantFrom(...workerStates),
  crashes: fc.integer({ min: 0, max: 5 }),
  initialised: fc.boolean(),
  desired: fc.constantFrom('running' as const, 'ended' as const),
  observed: fc.constantFrom<ObservedWorker['state'] | null>(
    null,
    'starting',
    'running',
    'answering',
    'exited',
    'missing',
  ),
  ranView: fc.integer({ min: 0, max: 3 }),
});
const someCase = fc.record({
  state: fc.constantFrom(...sessionStates),
  model: someWorker,
  wish: fc.constantFrom('running' as const, 'closed' as const),
  barrierPassed: fc.boolean(),
  laterMs: fc.constantFrom(0, 1000, 40_000, 200_000, 4_000_000),
  nodeState: fc.constantFrom<NodeFacts['state']>('ready', 'suspect', 'down', 'unknown'),
  fencedEpoch: fc.constantFrom(null, 1, 2),
  unreachable: fc.boolean(),
  prepared: fc.boolean(),
  adopting: fc.boolean(),
  noRoom: fc.constantFrom<'later' | 'never' | null>(null, 'later', 'never'),
});

function build(each: typeof someCase extends fc.Arbitrary<infer T> ? T : never): {
  document: SessionDocument;
  about: HeldFacts;
} {
  const { model, state } = each;
  const crashesAtMs = Array.from({ length: model.crashes }, () => startedAt);
  const record = worker(model.state, {
    crashesAtMs,
    initialised: model.initialised,
    desired: model.desired,
    ranView: model.ranView,
  });
  const document = session(state, record, {
    desired: { state: each.wish },
    barrierPassed: each.barrierPassed,
    view: 2,
  });
  const nodes = new Map([
    [
      node,
      {
        state: each.nodeState,
        nodeEpoch: 1,
        fencedEpoch: each.fencedEpoch,
        unreachableSinceMs: each.unreachable ? startedAt : null,
      },
    ],
  ]);
  const observed = new Map<string, ObservedWorker>(
    model.observed === null ? [] : [['model', { incarnation: 1, state: model.observed }]],
  );
  const explanation = { summary: 'full', nodes: 1, reasons: [] };
  const noRoom = each.noRoom === null ? null : { verdict: each.noRoom, explanation };
  const { prepared, adopting } = each;
  return {
    document,
    about: facts({ nowMs: startedAt + each.laterMs, nodes, observed, noRoom, adopting, prepared: () => prepared }),
  };
}

describe('the next step, whatever is the case', () => {
  const holds = (property: (document: SessionDocument, about: HeldFacts) => void): void =>
    fc.assert(
      fc.property(someCase, (each) => {
        const { document, about } = build(each);
        property(document, about);
      }),
      { numRuns: 2000 },
    );

  it('is nothing for a session that has ended', () =>
    holds((document, about) => {
      if (document.live) return;
      expect(nextSteps(document, about)).toMatchObject({ changes: [], effects: [], wakeAtMs: null });
    }));

  it('is a step of the transition tables, and writing it comes to an end', () =>
    holds((first, about) => {
      let document = first;
      for (let round = 0; round < 30; round += 1) {
        const { changes } = nextSteps(document, { ...about, adopting: about.adopting && round === 0 });
        const next = applyChanges(document, changes, about.nowMs);
        if (next === document) return;
        document = next;
      }
      expect.unreachable('the steps never end');
    }));

  it('never has two incarnations of a role, and never one below the last', () =>
    holds((document, about) => {
      const after = applyChanges(document, nextSteps(document, about).changes, about.nowMs);
      const before = document.workers['model']?.incarnation ?? 0;
      const now = after.workers['model']?.incarnation ?? 0;
      expect(now === before || now === before + 1).toBe(true);
      if (now > before)
        expect(after.workers['model']).toMatchObject({
          state: 'pending',
          joinTokenHash: null,
          address: null,
          sealedAcceptToken: null,
        });
    }));

  it('asks the node of a worker for something only when it obeys our epoch', () =>
    holds((document, about) => {
      const asked = nextSteps(document, about).effects.filter(({ effect }) => effect === 'start' || effect === 'stop');
      if (asked.length > 0) expect(about.nodes.get(node)?.fencedEpoch).toBeGreaterThanOrEqual(1);
    }));

  it('starts only what stands in the document with its node', () =>
    holds((document, about) => {
      const starts = nextSteps(document, about).effects.filter(({ effect }) => effect === 'start');
      if (starts.length > 0) expect(document.workers['model']).toMatchObject({ state: 'placed', node });
    }));

  it('starts nothing and runs nothing once the session is to end', () =>
    holds((document, about) => {
      if (document.desired.state !== 'closed' && document.state !== 'closing') return;
      const names = nextSteps(document, about).effects.map(({ effect }) => effect);
      expect(names.filter((name) => ['reserve', 'start', 'init', 'run'].includes(name))).toEqual([]);
    }));

  it('is the same for the same document and facts', () =>
    holds((document, about) => expect(nextSteps(document, about)).toEqual(nextSteps(document, about))));
});

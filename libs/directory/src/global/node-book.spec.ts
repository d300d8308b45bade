import { workloadIdOf, type NodeId, type NodeReport, type SessionId, type WorkerId } from '@muster/contracts';
import { aNode } from '@muster/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NodeBook, type NodeChange } from './node-book.js';
import { defaultBookPolicy } from './node-silence.js';

const { periodMs, doubtMs } = defaultBookPolicy;
const amounts = aNode().describe().allocatable;
const withCpu = (cpuMillis: number) => aNode().withAmounts({ cpuMillis }).describe().allocatable;

function full(id: string, change: Partial<NodeReport> = {}): NodeReport {
  return {
    node: id as NodeId,
    nodeEpoch: 100,
    seq: 1,
    instance: `svc_${id}`,
    address: `http://${id}`,
    full: true,
    description: aNode(id).describe(),
    free: { version: 1, amounts, gpus: [] },
    ...change,
  };
}

function delta(id: string, seq: number, change: Partial<NodeReport> = {}): NodeReport {
  return full(id, { seq, full: false, description: undefined, free: undefined, ...change });
}

/** A book whose time a test moves in small steps; `alive` nodes report every period. */
class BookInTime {
  readonly changes: string[] = [];
  readonly book = new NodeBook(defaultBookPolicy, (change) => this.changes.push(this.text(change)));
  nowMs = 0;
  private seq = 1;

  constructor(readonly ids: string[]) {
    for (const id of ids) this.book.report(full(id), 0);
    this.changes.length = 0;
  }

  pass(ms: number, alive: string[] = []): void {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs;) {
      this.nowMs += 500;
      if (this.nowMs % periodMs === 0) {
        this.seq += 1;
        for (const id of alive) this.book.report(delta(id, this.seq), this.nowMs);
      }
      this.book.tick(this.nowMs);
    }
  }

  get states(): Record<string, string> {
    return Object.fromEntries(this.book.all().map((node) => [node.id, this.book.stateOf(node)]));
  }

  private text({ node, state }: NodeChange): string {
    return `${node.id} ${state}`;
  }
}

describe('a silent node', () => {
  it('is suspect after three missed reports and down when its lease has ended', () => {
    const time = new BookInTime(['a', 'b']);
    time.pass(6000, ['b']);
    expect(time.states).toEqual({ a: 'ready', b: 'ready' });
    time.pass(1000, ['b']);
    expect(time.states).toEqual({ a: 'suspect', b: 'ready' });
    time.pass(9000, ['b']);
    expect(time.states).toEqual({ a: 'down', b: 'ready' });
    expect(time.changes).toEqual(['a suspect', 'a down']);
  });

  it('is ready again with its next report', () => {
    const time = new BookInTime(['a', 'b']);
    time.pass(20_000, ['b']);
    time.book.report(full('a', { seq: 2 }), time.nowMs);
    expect(time.states).toEqual({ a: 'ready', b: 'ready' });
  });

  it('among many that fell silent together makes the directory doubt itself: nobody goes down', () => {
    const time = new BookInTime(['a', 'b', 'c']);
    time.pass(60_000, ['c']);
    expect(time.states).toEqual({ a: 'suspect', b: 'suspect', c: 'ready' });
    expect(time.book.doubts).toBe(true);
  });

  it('goes down after all when others have reported through a long doubt', () => {
    const time = new BookInTime(['a', 'b', 'c']);
    time.pass(doubtMs + 20_000, ['c']);
    expect(time.states).toEqual({ a: 'down', b: 'down', c: 'ready' });
  });

  it('stays suspect as long as nobody at all reports', () => {
    const time = new BookInTime(['a', 'b', 'c']);
    time.pass(doubtMs + 60_000);
    expect(time.states).toEqual({ a: 'suspect', b: 'suspect', c: 'suspect' });
  });

  it('has the time of a lease to report again when a mass silence ends with the reports of others', () => {
    const time = new BookInTime(['a', 'b', 'c', 'd']);
    time.pass(60_000);
    for (const id of ['a', 'b', 'c']) time.book.report(full(id, { seq: 100 }), time.nowMs);
    time.pass(1000);
    expect(time.states).toEqual({ a: 'ready', b: 'ready', c: 'ready', d: 'suspect' });
    time.book.report(full('d', { seq: 100 }), time.nowMs);
    expect(time.states).toMatchObject({ d: 'ready' });
    expect(time.changes.filter((change) => change.endsWith('down'))).toEqual([]);
  });

  it('that stays so after a mass silence goes down', () => {
    const time = new BookInTime(['a', 'b', 'c', 'd']);
    time.pass(60_000);
    time.book.report(full('b', { seq: 31 }), time.nowMs);
    time.book.report(full('c', { seq: 31 }), time.nowMs);
    time.book.report(full('d', { seq: 31 }), time.nowMs);
    time.pass(16_000, ['b', 'c', 'd']);
    expect(time.states).toEqual({ a: 'down', b: 'ready', c: 'ready', d: 'ready' });
  });

  it('one after the other is no mass silence', () => {
    const time = new BookInTime(['a', 'b', 'c']);
    time.pass(8000, ['b', 'c']);
    time.pass(8000, ['c']);
    time.pass(12_000, ['c']);
    expect(time.states).toEqual({ a: 'down', b: 'down', c: 'ready' });
  });

  it('is not blamed for a pause of the directory itself', () => {
    const time = new BookInTime(['a', 'b']);
    time.pass(2000, ['a', 'b']);
    time.book.tick(60_000);
    expect(time.states).toEqual({ a: 'ready', b: 'ready' });
  });
});

describe('reports', () => {
  it('of an unknown node, or after a gap, are answered: send all', () => {
    const book = new NodeBook(defaultBookPolicy);
    expect(book.report(delta('a', 1), 0)).toEqual({ periodMs, want: 'full' });
    book.report(full('a'), 0);
    expect(book.report(delta('a', 2), 0)).toEqual({ periodMs });
    expect(book.report(delta('a', 4), 0)).toEqual({ periodMs, want: 'full' });
  });

  it('that come late or twice change nothing', () => {
    const book = new NodeBook(defaultBookPolicy);
    book.report(full('a', { seq: 5 }), 0);
    book.report(full('a', { seq: 4, leaving: true }), 0);
    expect(book.get('a' as NodeId)?.leaving).toBe(false);
  });

  it('of an older instance are superseded by a newer one, which may not come back', () => {
    const book = new NodeBook(defaultBookPolicy);
    book.report(full('a'), 0);
    book.report(full('a', { nodeEpoch: 200, instance: 'svc_new' }), 0);
    expect(book.report(delta('a', 2), 0)).toEqual({ periodMs, superseded: true });
    expect(() => book.report(full('a', { nodeEpoch: 300 }), 0)).toThrow(
      expect.objectContaining({ code: 'node-id-in-use' }) as Error,
    );
  });

  it('of two instances in one node epoch are refused: a copied data folder', () => {
    const book = new NodeBook(defaultBookPolicy);
    book.report(full('a'), 0);
    expect(() => book.report(full('a', { instance: 'svc_copy', seq: 2 }), 0)).toThrow(
      expect.objectContaining({ code: 'node-id-in-use' }) as Error,
    );
  });

  it('with an older account of what is free do not undo a newer one', () => {
    const book = new NodeBook(defaultBookPolicy);
    book.report(full('a'), 0);
    book.correct('a' as NodeId, 100, { version: 7, amounts: withCpu(1), gpus: [] });
    book.report(delta('a', 2, { free: { version: 6, amounts, gpus: [] } }), 0);
    expect(book.lines()[0]?.free.cpuMillis).toBe(1);
  });
});

describe('the book', () => {
  const session = 'ses_1' as SessionId;
  const worker = 'wrk_1' as WorkerId;
  const workload = workloadIdOf(session, worker, 1);
  const pending = {
    workload,
    node: 'a' as NodeId,
    booking: { amounts: withCpu(3000), gpus: [] },
    untilMs: 5000,
  };

  it('adds what was placed until the node says so itself', () => {
    const book = new NodeBook(defaultBookPolicy);
    book.report(full('a'), 0);
    book.expect(pending);
    expect(book.lines()[0]?.free.cpuMillis).toBe(5000);
    const sessions = [{ session, role: 'solver', worker, incarnation: 1, state: 'reserved' as const }];
    book.report(delta('a', 2, { free: { version: 2, amounts: withCpu(4999), gpus: [] }, sessions }), 0);
    expect(book.lines()[0]?.free.cpuMillis).toBe(4999);
    expect(book.whereabouts(workload)?.id).toBe('a');
  });

  it('forgets what was placed and never came to be', () => {
    const book = new NodeBook(defaultBookPolicy);
    book.report(full('a'), 0);
    book.expect(pending);
    book.tick(6000);
    expect(book.lines()[0]?.free.cpuMillis).toBe(8000);
  });

  it('has the same lines however often it was read while it changed', () => {
    const id = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ id, cpu: fc.nat(8000), leaving: fc.boolean() }).map(({ id: node, cpu, leaving }) => {
        const free = (version: number) => ({ version, amounts: withCpu(cpu), gpus: [] });
        return (book: NodeBook, at: number) =>
          void book.report(full(node, { seq: at, leaving, free: free(at) }), at * 1000);
      }),
      fc.tuple(id, fc.nat(8000)).map(([node, cpu]) => (book: NodeBook, at: number) => {
        book.correct(node as NodeId, 100, { version: at, amounts: withCpu(cpu), gpus: [] });
      }),
      fc.tuple(id, fc.nat(2)).map(([node, nth]) => (book: NodeBook, at: number) => {
        const of = `wrk_${nth}` as WorkerId;
        const placement = { ...pending, workload: workloadIdOf(session, of, 1), node: node as NodeId };
        book.expect({ ...placement, untilMs: at * 1000 + 5000 });
      }),
      fc.nat(2).map((nth) => (book: NodeBook) => book.unexpect(workloadIdOf(session, `wrk_${nth}` as WorkerId, 1))),
      fc.subarray(['a', 'b', 'c']).map((ids) => (book: NodeBook) => book.drain(new Set(ids as NodeId[]))),
      fc.constant((book: NodeBook, at: number) => book.tick(at * 1000)),
      fc.constant((book: NodeBook) => book.tick(defaultBookPolicy.forgetMs * 3)),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const [often, once] = [new NodeBook(defaultBookPolicy), new NodeBook(defaultBookPolicy)];
        for (const [index, take] of steps.entries()) {
          take(often, index + 1);
          take(once, index + 1);
          often.lines();
        }
        expect(often.lines()).toEqual(once.lines());
      }),
    );
  });

  it('shows a drained or leaving node as draining', () => {
    const book = new NodeBook(defaultBookPolicy);
    book.report(full('a'), 0);
    book.report(full('b', { leaving: true }), 0);
    book.drain(new Set(['a' as NodeId]));
    expect(book.lines().map(({ state }) => state)).toEqual(['draining', 'draining']);
  });
});

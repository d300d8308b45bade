import { describe, expect, it } from 'vitest';
import { childTrace, currentTrace, runInTrace, type Span, type SpanStart } from '@muster/platform';
import { HoldingHarness } from './spec-kit/holding-harness.js';
import { aGrantedSession } from './spec-kit/a-session.js';
import { effectSpan } from './effect-span.js';

const traceId = 'a'.repeat(32);
const trace = `00-${traceId}-${'b'.repeat(16)}-01`;
const start = { effect: 'start', role: 'solver', incarnation: 1 } as const;
const kept = { ...aGrantedSession({ trace }), rev: 1 };

describe('the span of a step', () => {
  it('belongs to the request that made the session, and says which worker it is about', () => {
    expect(effectSpan(start, 1, kept)).toEqual({
      name: 'session start',
      kind: 'internal',
      parent: { traceId, spanId: 'b'.repeat(16), sampled: true },
      attributes: {
        'muster.session': kept._id,
        'muster.epoch': kept.epoch,
        'muster.attempt': 1,
        'muster.role': 'solver',
        'muster.incarnation': 1,
      },
    });
  });

  it('lies below what is being done for the same session, not below what is done for another', () => {
    const now = childTrace({ traceId, spanId: 'c'.repeat(16), sampled: true });
    expect(runInTrace(now, () => effectSpan(start, 1, kept)).parent).toEqual(now);
    expect(runInTrace(childTrace(undefined), () => effectSpan(start, 1, kept)).parent).toMatchObject({ traceId });
  });

  it('is not recorded any more once the step was tried ten times, nor where the session has no trace', () => {
    const isRecorded = (attempt: number): boolean | undefined => effectSpan(start, attempt, kept).parent?.sampled;
    expect([isRecorded(10), isRecorded(11)]).toEqual([true, false]);
    const { trace: _trace, ...old } = kept;
    expect(effectSpan(start, 1, old).parent).toMatchObject({ sampled: false });
  });
});

describe('the steps of a session', () => {
  it('are done in its trace, each as a span that ends; being too early is no failure of one', async () => {
    const ended: [string, string | undefined][] = [];
    const traces = new Set<string>();
    const begin = ({ name, parent = currentTrace() }: SpanStart): Span => {
      const own = childTrace(parent);
      traces.add(own.traceId);
      return { trace: own, note: () => undefined, end: (failure) => ended.push([name, failure]) };
    };
    const test = new HoldingHarness({ begin, close: async () => undefined });
    test.cluster.conduct.set('solver', 'ignores-shutdown');
    await test.granted({ trace });
    test.wish('client');
    await test.a.holder.changed(test.id);
    await test.pass(10_000);
    expect(test.picture.state).toBe('closed');
    expect(ended.filter(([, failure]) => failure !== undefined)).toEqual([]);
    expect([...new Set(ended.map(([name]) => name))]).toEqual([
      'session reserve',
      'session start',
      'session register',
      'session init',
      'session run',
      'session shutdown',
      'session stop',
    ]);
    expect(traces).toEqual(new Set([traceId]));
  });
});

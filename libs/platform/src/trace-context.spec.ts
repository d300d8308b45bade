import { describe, expect, it } from 'vitest';
import {
  childTrace,
  currentTrace,
  parseTraceparent,
  runInTrace,
  runOutsideTraces,
  traceparentOf,
} from './trace-context.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

describe('the trace context', () => {
  it.each([
    ['01', true],
    ['00', false],
    ['03', true],
  ])(
    'goes on with the trace of the caller, under a span of its own, recorded as the flags %s say',
    (flags, sampled) => {
      const trace = childTrace(parseTraceparent(`00-${traceId}-${spanId}-${flags}`));
      expect(trace).toEqual({ traceId, spanId: expect.stringMatching(/^[0-9a-f]{16}$/), sampled });
      expect(trace.spanId).not.toBe(spanId);
      expect(traceparentOf(trace)).toBe(`00-${traceId}-${trace.spanId}-${sampled ? '01' : '00'}`);
    },
  );

  it.each([
    ['nothing', undefined],
    ['text', 'hello'],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
  ])('begins a new trace for %s', (_, header) => {
    const trace = childTrace(parseTraceparent(header));
    expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect([traceId, '0'.repeat(32)]).not.toContain(trace.traceId);
  });

  it('follows what is done for a request, and nothing else', async () => {
    const trace = childTrace(undefined);
    const inside = runInTrace(trace, async () => {
      await Promise.resolve();
      return [currentTrace(), runOutsideTraces(currentTrace)];
    });
    expect(currentTrace()).toBeUndefined();
    expect(await inside).toEqual([trace, undefined]);
  });

  it('lets nobody record what is asked for by nobody', () => {
    expect(traceparentOf()).toMatch(/-00$/);
  });
});

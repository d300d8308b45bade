import { describe, expect, it } from 'vitest';
import { currentTrace, runInTrace, traceFrom, traceparentOf } from './trace-context.js';

const traceId = '0af7651916cd43dd8448eb211c80319c';

describe('the trace context', () => {
  it('goes on with the trace of the caller, under a span of its own', () => {
    const trace = traceFrom(`00-${traceId}-b7ad6b7169203331-01`);
    expect(trace.traceId).toBe(traceId);
    expect(trace.spanId).not.toBe('b7ad6b7169203331');
    expect(traceparentOf(trace)).toBe(`00-${traceId}-${trace.spanId}-01`);
  });

  it.each([
    ['nothing', undefined],
    ['text', 'hello'],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['a span id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
  ])('begins a new trace for %s', (_, header) => {
    const trace = traceFrom(header);
    expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect([traceId, '0'.repeat(32)]).not.toContain(trace.traceId);
  });

  it('follows what is done for a request, and nothing else', async () => {
    const trace = traceFrom(undefined);
    const inside = runInTrace(trace, async () => {
      await Promise.resolve();
      return currentTrace();
    });
    expect(currentTrace()).toBeUndefined();
    expect(await inside).toBe(trace);
  });
});

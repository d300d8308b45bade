import { describe, expect, it } from 'vitest';
import { FakeClock, SeededRandom } from '@muster/testing';
import { Periodic } from './periodic.js';
import { childTrace, currentTrace, runInTrace } from './trace-context.js';

/** A task whose runs are ended by the test. */
class Work {
  readonly runs: { end: () => void; fail: (error: Error) => void; signal: AbortSignal; trace: unknown }[] = [];
  readonly errors: unknown[] = [];
  readonly clock = new FakeClock();
  readonly periodic = new Periodic({
    name: 'work',
    periodMs: 1000,
    run: (signal) =>
      new Promise((end, fail) => {
        this.runs.push({ end, fail, signal, trace: currentTrace() });
      }),
    onError: (error) => this.errors.push(error),
    clock: this.clock,
    random: new SeededRandom(),
  });
}

describe('a periodic task', () => {
  it('runs at once, and again after its period, moved by at most a quarter', async () => {
    const work = new Work();
    work.periodic.start();
    expect(work.runs).toHaveLength(1);
    work.runs[0]?.end();
    await work.clock.advance(0);
    await work.clock.advance(749);
    expect(work.runs).toHaveLength(1);
    await work.clock.advance(501);
    expect(work.runs).toHaveLength(2);
  });

  it('never runs twice at once: pokes meanwhile make it run once more right afterwards', async () => {
    const work = new Work();
    work.periodic.start();
    work.periodic.poke();
    work.periodic.poke();
    await work.clock.advance(10_000);
    expect(work.runs).toHaveLength(1);
    work.runs[0]?.end();
    await work.clock.advance(0);
    expect(work.runs).toHaveLength(2);
    work.runs[1]?.end();
    await work.clock.advance(0);
    expect(work.runs).toHaveLength(2);
  });

  it('reports an error and tries again after its period', async () => {
    const work = new Work();
    const error = new TypeError('broken');
    work.periodic.start();
    work.runs[0]?.fail(error);
    await work.clock.advance(0);
    await work.clock.advance(1250);
    expect(work.errors).toEqual([error]);
    expect(work.runs).toHaveLength(2);
  });

  it('is told to end by its signal when it is stopped, and does not run again', async () => {
    const work = new Work();
    work.periodic.start();
    const stopped = work.periodic.stop();
    expect(work.runs[0]?.signal.aborted).toBe(true);
    work.runs[0]?.fail(new TypeError('cancelled'));
    await stopped;
    work.periodic.poke();
    await work.clock.advance(10_000);
    expect([work.runs.length, work.errors]).toEqual([1, []]);
  });

  it('does not count as done for the request that woke it', () => {
    const work = new Work();
    runInTrace(childTrace(undefined), () => work.periodic.start());
    expect(work.runs.map(({ trace }) => trace)).toEqual([undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import { lengthOf, startSteps } from './start-steps.js';

const at = (ms: number): string => new Date(1_000_000 + ms).toISOString();

describe('the phases of a start', () => {
  it('each last until the next one is reached', () => {
    const steps = startSteps(
      [
        { phase: 'queued', at: at(0) },
        { phase: 'planned', at: at(40) },
        { phase: 'reserved', at: at(45) },
        { phase: 'process-started', at: at(60) },
        { phase: 'registered', at: at(400) },
        { phase: 'initialised', at: at(410) },
        { phase: 'running', at: at(430) },
      ],
      { isStarting: false, endMs: 2_000_000 },
    );
    expect(steps.map(({ phase, fromMs, tookMs }) => [phase, fromMs, tookMs])).toEqual([
      ['queued', 0, 40],
      ['planned', 40, 5],
      ['reserved', 45, 15],
      ['process-started', 60, 340],
      ['registered', 400, 10],
      ['initialised', 410, 20],
      ['running', 430, 0],
    ]);
    expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(['done']));
    expect(lengthOf(steps)).toBe(430);
  });

  it('grow up to now while the session starts, and the others are ahead', () => {
    const timeline = [
      { phase: 'queued' as const, at: at(0) },
      { phase: 'planned' as const, at: at(40) },
    ];
    const steps = startSteps(timeline, { isStarting: true, endMs: 1_000_100 });
    expect(steps.slice(0, 3)).toEqual([
      { phase: 'queued', state: 'done', fromMs: 0, tookMs: 40 },
      { phase: 'planned', state: 'under way', fromMs: 40, tookMs: 60 },
      { phase: 'reserved', state: 'ahead', fromMs: 0, tookMs: 0 },
    ]);
    expect(startSteps(timeline, { isStarting: false, endMs: 1_000_100 })[1]!.state).toBe('stopped');
  });

  it('are never shorter than nothing where this computer is behind', () => {
    const [queued] = startSteps([{ phase: 'queued', at: at(0) }], { isStarting: true, endMs: 0 });
    expect(queued!.tookMs).toBe(0);
  });

  it('are all ahead where nothing is known yet', () => {
    const steps = startSteps([], { isStarting: true, endMs: 0 });
    expect(steps).toHaveLength(7);
    expect(lengthOf(steps)).toBe(0);
  });
});

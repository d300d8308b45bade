import { closeCodes } from '@muster/contracts';
import type { Metrics, Reading } from '@muster/platform';
import { relayMetrics, type RelayMeter } from '@muster/relaying';

/** Our own, and those by which a socket says that it went away without one. Clients may send any other. */
const knownCodes: ReadonlySet<number> = new Set([
  ...Object.values(closeCodes).map(({ code }) => code),
  1001,
  1005,
  1006,
]);

/** Counts frames, bytes, gaps and closed sockets for Prometheus. */
export function relayMeter(metrics: Metrics): RelayMeter {
  const frames = { in: 0, out: 0 };
  const bytes = { in: 0, out: 0 };
  metrics.total(relayMetrics.frames, () => byDirection(frames));
  metrics.total(relayMetrics.bytes, () => byDirection(bytes));
  const gaps = metrics.counter(relayMetrics.gaps);
  const closed = metrics.counter(relayMetrics.closed);
  for (const direction of ['in', 'out'] as const) gaps.inc({ direction }, 0);
  return {
    frame: (direction, size) => {
      frames[direction] += 1;
      bytes[direction] += size;
    },
    gap: (direction) => gaps.inc({ direction }),
    closed: (code) => closed.inc({ code: knownCodes.has(code) ? String(code) : 'other' }),
  };
}

function byDirection(totals: Readonly<Record<'in' | 'out', number>>): Reading<'direction'>[] {
  return (['in', 'out'] as const).map((direction) => ({ labels: { direction }, value: totals[direction] }));
}

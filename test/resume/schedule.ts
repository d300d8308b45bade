import fc from 'fast-check';

export type LineName = { of: 'client'; index: number } | { of: 'leg'; index: number };

/** What happens, `afterMs` after what happened before. */
export type Step = { afterMs: number } & (
  | { do: 'push'; client: number; bytes: number; isBinary: boolean; times: number }
  | {
      do: 'ask';
      client: number;
      role: 'model' | 'plain';
      takesMs: number;
      bytes: number;
      isBinary: boolean;
      isIdempotent: boolean;
      cancelAfterMs: number | null;
    }
  | { do: 'say'; client: number; bytes: number; isBinary: boolean }
  | {
      do: 'cut';
      line: LineName;
      keptUp: number;
      keptDown: number;
      dialerNoticesMs: number;
      otherNoticesMs: number;
    }
  | { do: 'stall'; line: LineName; lane: 'up' | 'down'; ms: number }
  | { do: 'kill-relay'; relay: number; isSilent: boolean; downMs: number }
  | { do: 'leave-relay'; relay: number; downMs: number }
  | { do: 'restart-worker'; role: 'model' | 'plain'; downMs: number }
  | { do: 'lag-routes'; relay: number; ms: number }
  /** Its line is cut, and it gets no other for so long: perhaps so long that it is forgotten. */
  | { do: 'offline'; client: number; ms: number }
);

/** All that decides a run: the same schedule gives the same run. */
export interface Schedule {
  seed: number;
  clients: number;
  relays: number;
  steps: Step[];
}

const bytes = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 600 }) },
  { weight: 3, arbitrary: fc.nat({ max: 5000 }) },
  // Larger than a frame may be.
  { weight: 1, arbitrary: fc.constant(9000) },
);
const soon = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 50 }) },
  { weight: 3, arbitrary: fc.nat({ max: 2000 }) },
  { weight: 1, arbitrary: fc.nat({ max: 40_000 }) },
);
const part = fc.constantFrom(0, 0.25, 0.5, 0.75, 1);
const isBinary = fc.boolean();
const role = fc.constantFrom('model' as const, 'plain' as const);

function stepOf(clients: number, relays: number): fc.Arbitrary<Step> {
  const client = fc.nat({ max: clients - 1 });
  const relay = fc.nat({ max: relays - 1 });
  const line: fc.Arbitrary<LineName> = fc.oneof(
    { weight: 3, arbitrary: client.map((index) => ({ of: 'client' as const, index })) },
    { weight: 1, arbitrary: relay.map((index) => ({ of: 'leg' as const, index })) },
  );
  const afterMs = soon;
  const of = <Members extends { do: string }>(
    weight: number,
    members: { [Name in keyof Members]: fc.Arbitrary<Members[Name]> },
  ) => ({
    weight,
    arbitrary: fc.record({ afterMs, ...members }) as unknown as fc.Arbitrary<Step>,
  });
  const just = <Name extends string>(name: Name) => fc.constant(name);
  return fc.oneof(
    of(8, { do: just('push'), client, bytes, isBinary, times: fc.integer({ min: 1, max: 12 }) }),
    of(6, {
      do: just('ask'),
      client,
      role,
      takesMs: soon,
      bytes,
      isBinary,
      isIdempotent: fc.boolean(),
      cancelAfterMs: fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: soon }),
    }),
    of(3, { do: just('say'), client, bytes, isBinary }),
    of(5, { do: just('cut'), line, keptUp: part, keptDown: part, dialerNoticesMs: soon, otherNoticesMs: soon }),
    of(2, { do: just('stall'), line, lane: fc.constantFrom('up' as const, 'down' as const), ms: soon }),
    of(2, { do: just('kill-relay'), relay, isSilent: fc.boolean(), downMs: soon }),
    of(1, { do: just('leave-relay'), relay, downMs: soon }),
    of(1, { do: just('restart-worker'), role, downMs: soon }),
    of(1, { do: just('lag-routes'), relay, ms: soon }),
    of(1, { do: just('offline'), client, ms: fc.oneof(soon, fc.nat({ max: 200_000 })) }),
  );
}

export const anySchedule: fc.Arbitrary<Schedule> = fc
  .record({ clients: fc.integer({ min: 1, max: 2 }), relays: fc.integer({ min: 1, max: 3 }) })
  .chain(({ clients, relays }) =>
    fc.record({
      seed: fc.nat({ max: 9999 }),
      clients: fc.constant(clients),
      relays: fc.constant(relays),
      steps: fc.array(stepOf(clients, relays), { minLength: 1, maxLength: 40, size: 'max' }),
    }),
  );

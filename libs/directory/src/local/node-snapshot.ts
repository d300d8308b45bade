import type { NodeDescription, NodeFree, NodeReport, WorkloadId } from '@muster/contracts';

type ReportedSession = NonNullable<NodeReport['sessions']>[number];

/** Everything a report can say, at one moment. */
export interface NodeSnapshot {
  description: NodeDescription;
  free: NodeFree;
  sessions: ReadonlyMap<WorkloadId, ReportedSession>;
  leaving: boolean;
  pressure?: string;
  failures: Record<string, number>;
}

type ReportBody = Omit<NodeReport, 'node' | 'nodeEpoch' | 'seq' | 'instance' | 'address'>;

/** Everything. */
export function fullReport({ description, free, sessions, leaving, pressure, failures }: NodeSnapshot): ReportBody {
  return {
    full: true,
    description,
    free,
    workloads: sessions.size,
    sessions: [...sessions.values()],
    leaving,
    failures,
    ...(pressure === undefined ? {} : { pressure }),
  };
}

/** What is different from what the receiver knows. A worker that went is said to have exited. */
export function deltaReport(now: NodeSnapshot, known: NodeSnapshot): ReportBody {
  const sessions = changedSessions(now.sessions, known.sessions);
  return {
    full: false,
    leaving: now.leaving,
    failures: now.failures,
    ...(now.pressure === undefined ? {} : { pressure: now.pressure }),
    ...(now.free.version === known.free.version ? {} : { free: now.free, workloads: now.sessions.size }),
    ...(sessions.length === 0 ? {} : { sessions }),
  };
}

function changedSessions(now: NodeSnapshot['sessions'], known: NodeSnapshot['sessions']): ReportedSession[] {
  const gone = [...known].filter(([id]) => !now.has(id)).map(([, each]) => ({ ...each, state: 'exited' as const }));
  const changed = [...now].filter(([id, each]) => known.get(id)?.state !== each.state).map(([, each]) => each);
  return [...gone, ...changed];
}

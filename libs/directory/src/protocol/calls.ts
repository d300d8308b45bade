import type {
  HolderView,
  SessionId,
  NodeReport,
  NodeReportAnswer,
  ReleaseOnNode,
  ReserveOnNode,
  ReserveOnNodeAnswer,
  WorkerReports,
  WorkerReportsAnswer,
} from '@muster/contracts';

/** What a global directory asks of local directories. `address` is the one of the node's report. Rejects with MusterError. */
export interface NodeCalls {
  reserve(address: string, ask: ReserveOnNode, options: CallOptions): Promise<ReserveOnNodeAnswer>;
  release(address: string, ask: ReleaseOnNode, options: CallOptions): Promise<void>;
}

/** What a local directory tells a replica of the global directory. */
export interface DirectoryCalls {
  report(directory: string, report: NodeReport, options: CallOptions): Promise<NodeReportAnswer>;
}

/** What a local directory tells the session service that holds a session; `reportTo` is that service's base address. */
export interface HolderCalls {
  report(reportTo: string, reports: WorkerReports, options: CallOptions): Promise<WorkerReportsAnswer>;
}

/** What a local directory asks global session. Rejects with MusterError. */
export interface SessionCalls {
  holder(session: SessionId, options: CallOptions): Promise<Pick<HolderView, 'state'>>;
}

export interface CallOptions {
  deadlineMs: number;
  signal?: AbortSignal;
}

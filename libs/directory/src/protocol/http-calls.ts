import type {
  NodeReport,
  NodeReportAnswer,
  ReleaseOnNode,
  ReserveOnNode,
  ReserveOnNodeAnswer,
  WorkerReports,
  WorkerReportsAnswer,
} from '@muster/contracts';
import type { CallOptions, DirectoryCalls, HolderCalls, NodeCalls } from './calls.js';

/** Calls an instance by its internal base address, with the caller's own service token. Rejects with MusterError. */
export interface AddressCaller {
  toAddress<T>(
    address: string,
    call: { method: 'POST'; path: string; body: unknown; deadlineMs: number; signal?: AbortSignal },
  ): Promise<T>;
}

/** {@link NodeCalls}, {@link DirectoryCalls} and {@link HolderCalls} by HTTP-JSON. */
export class HttpDirectoryCalls {
  constructor(private readonly caller: AddressCaller) {}

  nodes(): NodeCalls {
    return {
      reserve: (address, ask: ReserveOnNode, options) =>
        this.post<ReserveOnNodeAnswer>(address, { path: '/reservations', body: ask, ...options }),
      release: (address, ask: ReleaseOnNode, options) =>
        this.post<void>(address, { path: '/reservations/release', body: ask, ...options }),
    };
  }

  directories(): DirectoryCalls {
    const path = '/internal/v1/global-directory/node-reports';
    return {
      report: (directory, report: NodeReport, options) =>
        this.post<NodeReportAnswer>(directory, { path, body: report, ...options }),
    };
  }

  holders(): HolderCalls {
    return {
      report: (reportTo, reports: WorkerReports, options) =>
        this.post<WorkerReportsAnswer>(reportTo, { path: '/worker-reports', body: reports, ...options }),
    };
  }

  private post<T>(address: string, call: { path: string; body: unknown } & CallOptions): Promise<T> {
    return this.caller.toAddress<T>(address, { method: 'POST', ...call });
  }
}

import type {
  NodeReport,
  NodeReportAnswer,
  ReleaseOnNode,
  ReserveOnNode,
  ReserveOnNodeAnswer,
  WorkerReports,
  WorkerReportsAnswer,
} from '@muster/contracts';
import type { OutgoingCalls } from '@muster/platform';
import type { CallOptions, DirectoryCalls, HolderCalls, NodeCalls } from './calls.js';

/** The calling service's own token, fresh for every call. */
export type BearerSource = () => Promise<string>;

/** {@link NodeCalls}, {@link DirectoryCalls} and {@link HolderCalls} by HTTP-JSON. */
export class HttpDirectoryCalls {
  constructor(
    private readonly outgoing: OutgoingCalls,
    private readonly bearer: BearerSource,
  ) {}

  nodes(): NodeCalls {
    return {
      reserve: (address, ask, options) =>
        this.post<ReserveOnNodeAnswer>(`${address}/reservations`, ask satisfies ReserveOnNode, options),
      release: (address, ask, options) =>
        this.post<void>(`${address}/reservations/release`, ask satisfies ReleaseOnNode, options),
    };
  }

  directories(): DirectoryCalls {
    const route = '/internal/v1/global-directory/node-reports';
    return {
      report: (directory, report, options) =>
        this.post<NodeReportAnswer>(directory + route, report satisfies NodeReport, options),
    };
  }

  holders(): HolderCalls {
    return {
      report: (reportTo, reports, options) =>
        this.post<WorkerReportsAnswer>(`${reportTo}/worker-reports`, reports satisfies WorkerReports, options),
    };
  }

  private async post<T>(url: string, body: unknown, { deadlineMs, signal }: CallOptions): Promise<T> {
    const bearer = await this.bearer();
    return this.outgoing.json<T>({ method: 'POST', url, body, bearer, deadlineMs, ...(signal ? { signal } : {}) });
  }
}

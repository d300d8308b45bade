import type { RenewLease, RenewLeaseAnswer, SessionId } from '@muster/contracts';
import type { LeasePort } from '../ports.js';
import type { ServiceCalls } from './service-calls.js';

const base = '/internal/v1/global-session';

export class HttpLease implements LeasePort {
  constructor(private readonly calls: ServiceCalls) {}

  renew(body: RenewLease, call: { deadlineMs: number; signal?: AbortSignal }): Promise<RenewLeaseAnswer> {
    return this.calls.toService('global-session', { method: 'POST', path: `${base}/services/renew`, body, ...call });
  }

  /** The session has ended or is back in the queue. */
  async released(session: SessionId): Promise<void> {
    await this.calls.toService('global-session', { method: 'POST', path: `${base}/sessions/${session}/changed` });
  }
}

import type {
  ClientActivity,
  HolderView,
  RedeemAnswer,
  RedeemAsk,
  RenewLease,
  RenewLeaseAnswer,
  RouteTable,
  SessionId,
} from '@muster/contracts';
import type { ServiceCaller } from '@muster/hosting';
import { readJsonLines } from '@muster/platform';
import type { SessionServices } from '@muster/relaying';

const globalSession = '/internal/v1/global-session';
const session = '/internal/v1/session';

/** Global session and the holders, by their internal routes. */
export class HttpSessionServices implements SessionServices {
  constructor(private readonly caller: ServiceCaller) {}

  holderOf(id: SessionId, signal?: AbortSignal): Promise<HolderView> {
    return this.caller.toService('global-session', {
      method: 'GET',
      path: `${globalSession}/sessions/${id}/holder`,
      signal,
    });
  }

  redeem(holder: string, id: SessionId, body: RedeemAsk): Promise<RedeemAnswer> {
    return this.caller.toAddress(holder, { method: 'POST', path: `${session}/sessions/${id}/redeem`, body });
  }

  async *routes(holder: string, id: SessionId, signal: AbortSignal): AsyncGenerator<RouteTable | { heartbeat: true }> {
    const answer = await this.caller.streamFrom(holder, {
      method: 'GET',
      path: `${session}/sessions/${id}/routes`,
      signal,
    });
    yield* readJsonLines<RouteTable | { heartbeat: true }>(answer.body);
  }

  report(holder: string, id: SessionId, body: ClientActivity, signal?: AbortSignal): Promise<void> {
    return this.caller.toAddress(holder, { method: 'POST', path: `${session}/sessions/${id}/activity`, body, signal });
  }

  renew(body: RenewLease, signal: AbortSignal): Promise<RenewLeaseAnswer> {
    return this.caller.toService('global-session', {
      method: 'POST',
      path: `${globalSession}/services/renew`,
      body,
      signal,
    });
  }
}

import type {
  ClientActivity,
  HolderView,
  RedeemAnswer,
  RenewLeaseAnswer,
  Route,
  RouteTable,
  SessionId,
  UserId,
} from '@muster/contracts';
import type { SessionServices } from '@muster/relaying';

const session = 'ses_1' as SessionId;

/** Global session and the holder of one running session, in memory: every ticket is good, routes are what the test says. */
export class ScriptedSession implements SessionServices {
  readonly reports: ClientActivity[] = [];
  /** What happens while the holder answers these calls. */
  duringRedeem: () => void = () => undefined;
  duringReport: () => void = () => undefined;
  #table: RouteTable = { session, epoch: 1, view: 1, state: 'running', routes: [] };
  #redeemed = 0;
  readonly #wakers = new Set<() => void>();

  route(...routes: (Pick<Route, 'role' | 'speaks'> & Partial<Route>)[]): void {
    const whole = routes.map(
      (route) =>
        ({ worker: `wrk_${route.role}`, incarnation: 1, state: 'running', acceptToken: 'accept-1', ...route }) as Route,
    );
    this.change({ routes: whole });
  }

  change(table: Partial<RouteTable>): void {
    this.#table = { ...this.#table, view: this.#table.view + 1, ...table };
    for (const wake of this.#wakers) wake();
    this.#wakers.clear();
  }

  async holderOf(): Promise<HolderView> {
    const { epoch, state } = this.#table;
    const holder = { instance: 'svc_1', address: 'memory' } as unknown as HolderView['holder'];
    return { session, owner: 'usr_ada' as UserId, state, epoch, ...(holder && { holder }) };
  }

  async redeem(): Promise<RedeemAnswer> {
    this.duringRedeem();
    const user = 'usr_ada' as UserId;
    return { session, user, owner: user, tokenVersion: 1, tokenExpiresAt: null, connection: ++this.#redeemed };
  }

  async *routes(_holder: string, _session: SessionId, signal: AbortSignal): AsyncGenerator<RouteTable> {
    for (let seen: RouteTable | undefined; !signal.aborted;) {
      if (seen !== this.#table) yield (seen = this.#table);
      else
        await new Promise<void>((resolve) => {
          this.#wakers.add(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
    }
  }

  async report(_holder: string, _session: SessionId, activity: ClientActivity): Promise<void> {
    this.reports.push(activity);
    this.duringReport();
  }

  async renew(): Promise<RenewLeaseAnswer> {
    return { leaseMs: 60_000, drain: false };
  }
}

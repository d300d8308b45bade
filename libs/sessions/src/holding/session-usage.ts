import type { ClientActivity, InstanceId } from '@muster/contracts';
import type { SessionUse } from './held-facts.js';

/** A relay that has not reported for so long has no clients of this session any more. */
const relayForgottenMs = 20_000;
const maxRelays = 1000;

interface RelayUse {
  clients: number;
  reportedAtMs: number;
}

/** Who uses a session: clients by relay, and workers that call themselves busy. Times of this process's wall clock. */
export class SessionUsage {
  private readonly relays = new Map<InstanceId, RelayUse>();
  private lastTrafficMs: number;
  private busyUntilMs = 0;
  private leftAtMs: number | null = null;
  private everHadClients: boolean;
  /** Until every relay has had the time to report to a new holder, clients that there were may still be there. */
  private readonly reportedUntilMs: number;

  /** A new holder gives a session a whole idle time; `hadClients`: under the holder before. */
  constructor(nowMs: number, hadClients: boolean) {
    this.lastTrafficMs = nowMs;
    this.everHadClients = hadClients;
    this.reportedUntilMs = hadClients ? nowMs + relayForgottenMs : nowMs;
  }

  /** Answers whether it shows use. */
  note({ relay, clients, lastTrafficAgoMs }: ClientActivity, nowMs: number): boolean {
    if (!this.relays.has(relay) && this.relays.size >= maxRelays) this.forgetSilent(nowMs);
    this.relays.set(relay, { clients, reportedAtMs: nowMs });
    if (clients > 0) this.everHadClients = true;
    if (lastTrafficAgoMs === null) return false;
    this.lastTrafficMs = Math.max(this.lastTrafficMs, nowMs - lastTrafficAgoMs);
    return true;
  }

  noteBusy(untilMs: number): void {
    this.busyUntilMs = Math.max(this.busyUntilMs, untilMs);
  }

  at(nowMs: number): SessionUse {
    this.forgetSilent(nowMs);
    const clients = [...this.relays.values()].reduce((sum, relay) => sum + relay.clients, 0);
    const mayBeThere = clients > 0 || nowMs < this.reportedUntilMs;
    if (mayBeThere || !this.everHadClients) this.leftAtMs = null;
    else this.leftAtMs ??= nowMs;
    return { lastUseMs: Math.max(this.lastTrafficMs, this.busyUntilMs), clients, leftAtMs: this.leftAtMs };
  }

  private forgetSilent(nowMs: number): void {
    for (const [relay, { reportedAtMs }] of this.relays) {
      if (nowMs - reportedAtMs > relayForgottenMs) this.relays.delete(relay);
    }
  }
}

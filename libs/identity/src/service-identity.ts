import type { ServiceRole, ServiceTokenAnswer, ServiceTokenRequest } from '@muster/contracts';
import type { Clock } from '@muster/platform';

export interface ServiceIdentityParts {
  role: ServiceRole;
  instanceId: string;
  joinKey: string;
  /** Shows the join key to auth. */
  exchange: (request: ServiceTokenRequest) => Promise<ServiceTokenAnswer>;
  clock: Clock;
}

interface HeldToken {
  token: string;
  /** From then on a new one is asked for, beside the use of this one. */
  renewAtMs: number;
  endsAtMs: number;
}

const retryAfterMs = 1000;
const safetyMs = 5000;

/** This service's own token: fetched at first use, renewed at half its life, held while auth is away as long as it lasts. */
export class ServiceIdentity {
  private held: HeldToken | undefined;
  private renewing: Promise<HeldToken> | undefined;

  constructor(private readonly parts: ServiceIdentityParts) {}

  get role(): ServiceRole {
    return this.parts.role;
  }

  get instanceId(): string {
    return this.parts.instanceId;
  }

  /** A token for `Authorization: Bearer`. Rejects with what auth answered when there is none that still lasts. */
  async token(): Promise<string> {
    const nowMs = this.parts.clock.monotonicMs();
    const held = this.held;
    if (held === undefined || nowMs >= held.endsAtMs) return (await this.renew()).token;
    // A failure to renew is no failure of this call: the token still lasts, and the next call tries again.
    if (nowMs >= held.renewAtMs)
      this.renew().catch(() => (held.renewAtMs = this.parts.clock.monotonicMs() + retryAfterMs));
    return held.token;
  }

  /** Forgets the token, for example after it was refused. */
  drop(): void {
    this.held = undefined;
  }

  private renew(): Promise<HeldToken> {
    this.renewing ??= this.askAuth().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async askAuth(): Promise<HeldToken> {
    const { role, instanceId, joinKey: key, clock } = this.parts;
    const askedAtMs = clock.monotonicMs();
    const { token, expiresInMs } = await this.parts.exchange({ role, key, instanceId });
    this.held = { token, renewAtMs: askedAtMs + expiresInMs / 2, endsAtMs: askedAtMs + expiresInMs - safetyMs };
    return this.held;
  }
}

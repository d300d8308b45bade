import { HOST, type Host } from '@muster/hosting';
import type { Startable } from '@muster/platform';
import { SessionService } from '@muster/sessions';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';

/** Starts and stops the session service with its process. */
@Injectable()
export class SessionLifecycle implements OnModuleInit, Startable {
  readonly name = 'session';
  private endRevocations: (() => void) | undefined;

  constructor(
    @Inject(HOST) private readonly host: Host,
    private readonly sessions: SessionService,
  ) {}

  onModuleInit(): void {
    const { lifecycle, healthChecks } = this.host.runtime;
    lifecycle.add(this);
    healthChecks.add({ service: this.name, name: 'database', check: async () => this.host.store?.ready() });
    healthChecks.add({ service: this.name, name: 'lease', check: () => this.sessions.assertReady() });
  }

  async start(): Promise<void> {
    this.endRevocations = this.host.auth.revocations.onRevoked((revocation) => void this.sessions.revoked(revocation));
    this.sessions.start();
  }

  /** With global session in the same process everything stops: there is nobody to hand the sessions to. */
  async stop(): Promise<void> {
    this.endRevocations?.();
    const everythingStops = this.host.runtime.settings.MUSTER_GLOBAL_SESSION_URL.length === 0;
    await (everythingStops ? this.sessions.endAll() : this.sessions.handOver());
  }
}

import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HOST, type Host } from '@muster/hosting';
import type { Startable } from '@muster/platform';
import { GlobalSession } from '@muster/sessions';

/** Beyond the workers' grace: for the sessions' last writes. */
export const stopSlackMs = 1500;

/** Starts and stops global session with its process. */
@Injectable()
export class GlobalSessionLifecycle implements OnModuleInit, Startable {
  readonly name = 'global-session';
  private endRevocations: (() => void) | undefined;

  constructor(
    @Inject(HOST) private readonly host: Host,
    private readonly global: GlobalSession,
  ) {}

  /** Revocations are followed before the first page of the feed is read: none is missed. */
  onModuleInit(): void {
    const { lifecycle, healthChecks } = this.host.runtime;
    lifecycle.add(this);
    healthChecks.add({ service: this.name, name: 'database', check: async () => this.host.store?.ready() });
    this.endRevocations = this.host.auth.revocations.onRevoked((revocation) => this.global.revoked(revocation));
  }

  async start(): Promise<void> {
    this.global.start();
  }

  async stop(): Promise<void> {
    this.endRevocations?.();
    await this.global.stop();
  }
}

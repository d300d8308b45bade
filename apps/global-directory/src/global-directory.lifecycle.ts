import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { GlobalDirectory } from '@muster/directory';
import { HOST, type Host } from '@muster/hosting';
import type { Startable } from '@muster/platform';
import { Provisioning } from './provisioning.js';

/** What of the global directory runs beside its routes. */
@Injectable()
export class GlobalDirectoryLifecycle implements OnModuleInit, Startable {
  readonly name = 'global-directory';

  constructor(
    @Inject(HOST) private readonly host: Host,
    private readonly directory: GlobalDirectory,
    private readonly provisioning: Provisioning,
  ) {}

  onModuleInit(): void {
    const { lifecycle, healthChecks } = this.host.runtime;
    lifecycle.add(this);
    healthChecks.add({ service: this.name, name: 'database', check: async () => this.host.store?.ready() });
  }

  async start(): Promise<void> {
    await this.directory.start();
    await this.provisioning.start();
  }

  async stop(): Promise<void> {
    await this.provisioning.stop();
    await this.directory.stop();
  }
}

import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HOST, type Host } from '@muster/hosting';
import { ensureFirstAdmin, keepHouse, type Auth } from '@muster/identity';
import { Periodic, type Startable } from '@muster/platform';
import type { AuthSettings } from './auth.config.js';
import { AUTH } from './auth.parts.js';

const housekeepingMs = 60_000;

/** What of auth runs beside its routes: signing keys, the first admin, housekeeping. */
@Injectable()
export class AuthLifecycle implements OnModuleInit, Startable {
  readonly name = 'auth';
  private readonly housekeeping: Periodic;

  constructor(
    @Inject(HOST) private readonly host: Host,
    @Inject(AUTH) private readonly auth: Auth,
  ) {
    const { clock, random, logger } = host.runtime;
    this.housekeeping = new Periodic({
      name: 'housekeeping of auth',
      periodMs: housekeepingMs,
      run: () => keepHouse(auth),
      onError: (error) => logger.error({ err: error }, 'housekeeping of auth failed; it is repeated'),
      clock,
      random,
    });
  }

  /** Keys are loaded before the first request can come. A database that is away now is met again in `start`. */
  async onModuleInit(): Promise<void> {
    const { lifecycle, healthChecks } = this.host.runtime;
    lifecycle.add(this);
    healthChecks.add({ service: this.name, name: 'database', check: async () => this.host.store?.ready() });
    healthChecks.add({
      service: this.name,
      name: 'signing-key',
      check: async () => void this.auth.signingKeys.current(),
    });
    await this.auth.signingKeys.refresh().catch(() => undefined);
  }

  async start(): Promise<void> {
    const { settings, random, logger } = this.host.runtime;
    const { MUSTER_ADMIN_PASSWORD: password, MUSTER_PROFILE: profile } = settings as AuthSettings;
    await this.auth.signingKeys.refresh();
    await this.auth.passwords.prepare();
    await ensureFirstAdmin({
      users: this.auth.users,
      passwords: this.auth.passwords,
      random,
      password,
      production: profile === 'production',
      dataDir: this.host.dataDir,
      onFile: (file) =>
        logger.warn({ file }, 'the password of the first user, admin, is in this file; change it and remove the file'),
      onIgnored: () =>
        logger.warn(
          'MUSTER_ADMIN_PASSWORD is not the password of the user admin, who was made at an earlier start, and changes nothing; ' +
            'log in with the password of that time, or start with another MUSTER_DATA_DIR or database',
        ),
      print: process.stdout.isTTY ? (text) => process.stdout.write(text) : undefined,
    });
    this.housekeeping.start();
  }

  stop(): Promise<void> {
    return this.housekeeping.stop();
  }
}

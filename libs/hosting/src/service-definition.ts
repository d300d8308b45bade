import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceRole } from '@muster/contracts';
import type { SettingsTable } from '@muster/platform';
import type { Host } from './host.js';

/** What a process must know to host one of our services. */
export interface ServiceDefinition {
  readonly name: ServiceRole;
  readonly settings: SettingsTable;
  readonly module: Type<unknown>;
  /** Whether it works on the database. */
  readonly usesStore: boolean;
  /** Last touches on the Nest application before it listens, for example a WebSocket adapter. */
  configure?(app: NestFastifyApplication, host: Host): void | Promise<void>;
}

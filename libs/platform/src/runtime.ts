import type { InstanceId } from '@muster/contracts';
import type { Logger } from 'pino';
import type { Clock } from './clock.js';
import type { CommonSettings } from './configuration/common-settings.js';
import type { HealthChecks } from './lifecycle/health-checks.js';
import type { Lifecycle } from './lifecycle/lifecycle.js';
import type { LogLevelControl } from './observability/log-level.js';
import type { Metrics } from './observability/metrics.js';
import type { Tracer } from './observability/tracer.js';
import type { OutgoingCalls } from './outgoing-calls.js';
import type { RandomSource } from './random.js';

/** Addresses of this process; known once both listeners answer, which is before any {@link Startable} starts. */
export interface Addresses {
  /** Where clients reach this process, or the front door before it. */
  publicUrl: string;
  /** Where other services reach this process. */
  internalUrl: string;
}

/** What every service of a process shares. Services take what they need of it by injection. */
export interface Runtime {
  readonly version: string;
  readonly instance: InstanceId;
  readonly settings: CommonSettings;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly calls: OutgoingCalls;
  readonly logger: Logger;
  readonly logLevel: LogLevelControl;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly lifecycle: Lifecycle;
  readonly healthChecks: HealthChecks;
  readonly addresses: Addresses;
  assertEventLoopTurns(): void;
  assertServing(): void;
  assertStarted(): void;
}

/** Nest injection token of the process's {@link Runtime}. */
export const RUNTIME = Symbol('Runtime');
/** Nest injection token of the settings of all services of this process. */
export const SETTINGS = Symbol('Settings');

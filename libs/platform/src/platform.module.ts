import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule } from 'nestjs-pino';
import { CLOCK } from './clock.js';
import { REQUEST_AUTHENTICATOR, type RequestAuthenticator } from './http/access.js';
import { AccessGuard } from './http/access.guard.js';
import { ProblemFilter } from './http/problem.filter.js';
import { HealthController } from './lifecycle/health.controller.js';
import { pinoParams } from './observability/logging.js';
import { MetricsController } from './observability/metrics.controller.js';
import { OUTGOING_CALLS } from './outgoing-calls.js';
import { RANDOM } from './random.js';
import { RUNTIME, SETTINGS, type Runtime } from './runtime.js';

/** The ports, guards, filters and probes that every service has. */
@Module({})
export class PlatformModule {
  static forRoot(runtime: Runtime, authenticator: RequestAuthenticator): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      imports: [
        TerminusModule.forRoot({ logger: false, errorLogStyle: 'json' }),
        LoggerModule.forRoot(pinoParams(runtime.logger)),
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: RUNTIME, useValue: runtime },
        { provide: SETTINGS, useValue: runtime.settings },
        { provide: CLOCK, useValue: runtime.clock },
        { provide: RANDOM, useValue: runtime.random },
        { provide: OUTGOING_CALLS, useValue: runtime.calls },
        { provide: REQUEST_AUTHENTICATOR, useValue: authenticator },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
      exports: [RUNTIME, SETTINGS, CLOCK, RANDOM, OUTGOING_CALLS, REQUEST_AUTHENTICATOR],
    };
  }
}

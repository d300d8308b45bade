import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { Open } from '../http/access.js';
import { RUNTIME, type Runtime } from '../runtime.js';

@ApiTags('health')
@Open()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** Alive: the event loop turns. Never a symptom of load or of another service. */
  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.indicate('event-loop', () => this.runtime.assertEventLoopTurns())]);
  }

  /** Ready: can do its work now. */
  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.indicate('started', () => this.runtime.assertServing()),
      ...this.runtime.healthChecks.checks.map(
        (each) => () => this.indicate(`${each.service}:${each.name}`, each.check),
      ),
    ]);
  }

  /** Started: has begun to serve once. */
  @Get('startup')
  @HealthCheck()
  startup(): Promise<HealthCheckResult> {
    return this.health.check([() => this.indicate('started', () => this.runtime.assertStarted())]);
  }

  private async indicate(name: string, check: () => Promise<void> | void): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(name);
    try {
      await check();
      return indicator.up();
    } catch (error) {
      return indicator.down({ reason: error instanceof Error ? error.message.slice(0, 500) : 'unknown' });
    }
  }
}

import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { HealthView } from '@muster/contracts';
import { Route } from '../http/route.js';
import { RUNTIME, type Runtime } from '../runtime.js';

/** Terminus' own description does not know our problems. */
const undocumented = { noCache: true, swaggerDocumentation: false };

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(RUNTIME) private readonly runtime: Runtime,
  ) {}

  /** Never a symptom of load or of another service. */
  @Get('live')
  @HealthCheck(undocumented)
  @Route({ summary: 'Alive: the event loop turns', needs: 'open', answer: HealthView, problems: ['not-ready'] })
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.indicate('event-loop', () => this.runtime.assertEventLoopTurns())]);
  }

  @Get('ready')
  @HealthCheck(undocumented)
  @Route({
    summary: 'Ready: the service can do its work now',
    needs: 'open',
    answer: HealthView,
    problems: ['not-ready'],
  })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.indicate('started', () => this.runtime.assertServing()),
      ...this.runtime.healthChecks.checks.map(
        (each) => () => this.indicate(`${each.service}:${each.name}`, each.check),
      ),
    ]);
  }

  @Get('startup')
  @HealthCheck(undocumented)
  @Route({
    summary: 'Started: the service has begun to serve',
    needs: 'open',
    answer: HealthView,
    problems: ['not-ready'],
  })
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

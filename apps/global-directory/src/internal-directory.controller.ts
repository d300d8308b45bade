import { Body, Controller, Get, HttpCode, Post, Put, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type {
  NodeReport,
  NodeReportAnswer,
  PlacementAsk,
  PlanAnswer,
  ReleaseAsk,
  ReserveAnswer,
  SessionServicesWish,
} from '@muster/contracts';
import { GlobalDirectory, jsonLinesUntilClosed, type RecordedDecision } from '@muster/directory';
import { ForServices, jsonLinesType } from '@muster/platform';
import { Provisioning } from './provisioning.js';

/** What the other services ask of the global directory. */
@ApiExcludeController()
@Controller('internal/v1/global-directory')
export class InternalDirectoryController {
  constructor(
    private readonly directory: GlobalDirectory,
    private readonly provisioning: Provisioning,
  ) {}

  @Post('node-reports')
  @HttpCode(200)
  @ForServices('local-directory')
  report(@Body() report: NodeReport): NodeReportAnswer {
    return this.directory.report(report);
  }

  @Post('placements/plan')
  @HttpCode(200)
  @ForServices('global-session', 'session')
  plan(@Body() ask: PlacementAsk): PlanAnswer {
    return this.directory.plan(ask);
  }

  @Post('placements/reserve')
  @HttpCode(200)
  @ForServices('session')
  reserve(@Body() ask: PlacementAsk): Promise<ReserveAnswer> {
    return this.directory.reserve(ask);
  }

  @Post('placements/release')
  @HttpCode(204)
  @ForServices('session', 'global-session')
  release(@Body() ask: ReleaseAsk): Promise<void> {
    return this.directory.release(ask);
  }

  @Get('node-states')
  @ForServices('session', 'global-session')
  nodeStates(): StreamableFile {
    return new StreamableFile(
      jsonLinesUntilClosed((signal) => this.directory.nodeStates(signal)),
      { type: jsonLinesType },
    );
  }

  @Put('session-services')
  @HttpCode(204)
  @ForServices('global-session')
  sessionServices(@Body() wish: SessionServicesWish): void {
    this.provisioning.wish(wish);
  }

  @Get('decisions')
  @ForServices('global-session')
  decisions(): readonly RecordedDecision[] {
    return this.directory.recordedDecisions();
  }
}

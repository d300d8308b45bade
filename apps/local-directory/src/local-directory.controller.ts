import { Body, Controller, Get, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import {
  QueryBooleanField,
  QueryIntegerField,
  type FenceOnNode,
  type FenceOnNodeAnswer,
  type ReleaseOnNode,
  type ReserveOnNode,
  type ReserveOnNodeAnswer,
  type StartOnNode,
  type StartOnNodeAnswer,
  type StopOnNode,
  type StopOnNodeAnswer,
  type WorkloadId,
} from '@muster/contracts';
import { jsonLinesUntilClosed } from '@muster/directory';
import { ForServices, jsonLinesType } from '@muster/platform';
import { LocalDirectoryNode } from './local-directory.node.js';

export class LogsQuery {
  @QueryBooleanField({ optional: true }) follow?: boolean;
  @QueryIntegerField({ optional: true, min: 1, max: 100_000 }) tailLines?: number;
}

/** What a node is asked: reservations by the global directory, everything else by the holders of sessions. */
@ApiExcludeController()
@Controller('internal/v1/local-directory/:node')
export class LocalDirectoryController {
  constructor(private readonly nodes: LocalDirectoryNode) {}

  @Post('reservations')
  @HttpCode(200)
  @ForServices('global-directory')
  async reserve(@Param('node') node: string, @Body() ask: ReserveOnNode): Promise<ReserveOnNodeAnswer> {
    return this.nodes.agentOf(node).reserve(ask);
  }

  @Post('reservations/release')
  @HttpCode(204)
  @ForServices('global-directory', 'session')
  release(@Param('node') node: string, @Body() ask: ReleaseOnNode): void {
    this.nodes.agentOf(node).release(ask);
  }

  @Post('workloads/start')
  @HttpCode(200)
  @ForServices('session')
  async start(@Param('node') node: string, @Body() command: StartOnNode): Promise<StartOnNodeAnswer> {
    return this.nodes.agentOf(node).startWorkload(command);
  }

  @Post('workloads/stop')
  @HttpCode(200)
  @ForServices('session')
  stop(@Param('node') node: string, @Body() command: StopOnNode): StopOnNodeAnswer {
    return this.nodes.agentOf(node).stopWorkload(command);
  }

  @Post('fence')
  @HttpCode(200)
  @ForServices('session')
  fence(@Param('node') node: string, @Body() command: FenceOnNode): FenceOnNodeAnswer {
    return this.nodes.agentOf(node).fence(command);
  }

  @Get('workloads/:workload/logs')
  @ForServices('session')
  async logs(
    @Param('node') node: string,
    @Param('workload') workload: string,
    @Query() { follow = false, tailLines }: LogsQuery,
  ): Promise<StreamableFile> {
    const lines = await this.nodes.agentOf(node).logs(workload as WorkloadId, { follow, tailLines });
    return new StreamableFile(jsonLinesUntilClosed(lines), { type: jsonLinesType });
  }
}

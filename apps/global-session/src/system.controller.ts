import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChangeLogLevel, LogLevelView, SystemView } from '@muster/contracts';
import { Needs } from '@muster/platform';
import { SystemReport, UserActions, type Asker } from '@muster/sessions';
import { AskedBy } from './global-session.parts.js';

@ApiTags('system')
@Controller('v1/system')
export class SystemController {
  constructor(
    private readonly report: SystemReport,
    private readonly actions: UserActions,
  ) {}

  @Get()
  @Needs('system:read')
  @ApiOkResponse({ type: SystemView })
  view(): Promise<SystemView> {
    return this.report.view();
  }

  @Put('log-level')
  @Needs('system:write')
  @ApiOkResponse({ type: LogLevelView })
  setLogLevel(@AskedBy() asker: Asker, @Body() { level }: ChangeLogLevel): Promise<LogLevelView> {
    return this.actions.setLogLevel(asker, level);
  }

  @Get('debug')
  @Needs('system:debug')
  @ApiOkResponse({ description: 'The whole state, bounded, without secrets' })
  debug(): Promise<Record<string, unknown>> {
    return this.report.debug();
  }
}

import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeLogLevel, LogLevelView, SystemView } from '@muster/contracts';
import { Route } from '@muster/platform';
import { SystemReport, UserActions, type Asker } from '@muster/sessions';
import { AskedBy } from './global-session.parts.js';

const wholeState = {
  mediaType: 'application/json',
  description: 'At most 1000 documents of each kind',
  example: { services: [], queue: [], sessions: [], ledgers: [], locks: [] },
};

@ApiTags('system')
@Controller('v1/system')
export class SystemController {
  constructor(
    private readonly report: SystemReport,
    private readonly actions: UserActions,
  ) {}

  @Get()
  @Route({
    summary: 'The services of this installation, their versions and health',
    needs: 'system:read',
    answer: SystemView,
  })
  view(): Promise<SystemView> {
    return this.report.view();
  }

  @Put('log-level')
  @Route({
    summary: 'Change the log level of every process',
    more: 'Until they restart; the setting `MUSTER_LOG_LEVEL` decides at the start.',
    needs: 'system:write',
    answer: LogLevelView,
  })
  setLogLevel(@AskedBy() asker: Asker, @Body() { level }: ChangeLogLevel): Promise<LogLevelView> {
    return this.actions.setLogLevel(asker, level);
  }

  @Get('debug')
  @Route({
    summary: 'The whole state of the sessions, without secrets',
    more: 'For people who look for a fault: its members may change with any version.',
    needs: 'system:debug',
    answer: wholeState,
  })
  debug(): Promise<Record<string, unknown>> {
    return this.report.debug();
  }
}

import type {
  ClientActivity,
  RedeemAnswer,
  RedeemAsk,
  RoleView,
  SessionId,
  TicketAsk,
  TicketGrant,
  WorkerReports,
  WorkerReportsAnswer,
} from '@muster/contracts';
import { ForServices } from '@muster/platform';
import { SessionService } from '@muster/sessions';
import { Body, Controller, Get, HttpCode, Param, Post, Query, type StreamableFile } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SessionStreams } from './session-streams.service.js';
import { EventsQuery, LogsQuery } from './session.queries.js';

/** What global session, relays and nodes ask of the holder of a session. */
@ApiExcludeController()
@Controller('internal/v1/session')
export class SessionController {
  constructor(
    private readonly sessions: SessionService,
    private readonly streams: SessionStreams,
  ) {}

  @Post('sessions/:id/changed')
  @HttpCode(204)
  @ForServices('global-session')
  changed(@Param('id') id: SessionId): Promise<void> {
    return this.sessions.changed(id);
  }

  @Post('sessions/:id/tickets')
  @ForServices('global-session')
  issueTicket(@Param('id') id: SessionId, @Body() ask: TicketAsk): Promise<TicketGrant> {
    return this.sessions.issueTicket(id, ask);
  }

  @Post('sessions/:id/redeem')
  @HttpCode(200)
  @ForServices('relay')
  redeem(@Param('id') id: SessionId, @Body() ask: RedeemAsk): Promise<RedeemAnswer> {
    return this.sessions.redeem(id, ask);
  }

  @Post('sessions/:id/activity')
  @HttpCode(204)
  @ForServices('relay')
  activity(@Param('id') id: SessionId, @Body() activity: ClientActivity): Promise<void> {
    return this.sessions.noteActivity(id, activity);
  }

  @Get('sessions/:id/routes')
  @ForServices('relay')
  routes(@Param('id') id: SessionId): Promise<StreamableFile> {
    return this.streams.routes(id);
  }

  @Get('sessions/:id/events')
  @ForServices('global-session')
  events(@Param('id') id: SessionId, @Query() query: EventsQuery): Promise<StreamableFile> {
    return this.streams.events(id, query.after ?? 0);
  }

  @Get('sessions/:id/workers')
  @ForServices('global-session')
  workers(@Param('id') id: SessionId): Promise<Record<string, RoleView>> {
    return this.sessions.workers(id);
  }

  @Get('sessions/:id/workers/:role/logs')
  @ForServices('global-session')
  logs(@Param('id') id: SessionId, @Param('role') role: string, @Query() query: LogsQuery): Promise<StreamableFile> {
    return this.streams.logs(id, role, query.follow ?? false);
  }

  @Post('worker-reports')
  @HttpCode(200)
  @ForServices('local-directory')
  noteReports(@Body() reports: WorkerReports): WorkerReportsAnswer {
    return this.sessions.noteReports(reports);
  }
}

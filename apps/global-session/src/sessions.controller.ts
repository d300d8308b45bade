import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  Param,
  Post,
  Query,
  Res,
  type StreamableFile,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CreateSession,
  ListSessionsQuery,
  LogsQuery,
  SessionPage,
  SessionView,
  TicketView,
  WorkerPage,
} from '@muster/contracts';
import type { UserPrincipal } from '@muster/identity';
import { Caller, Route } from '@muster/platform';
import { GlobalSession, UserActions, type Asker } from '@muster/sessions';
import { AskedBy } from './global-session.parts.js';
import { withLocation, type LocationReply } from './location.js';
import { SessionStreams } from './session-streams.service.js';
import { sessionRoutes } from './sessions.routes.js';

@ApiTags('sessions')
@Controller('v1/sessions')
export class SessionsController {
  constructor(
    private readonly actions: UserActions,
    private readonly global: GlobalSession,
    private readonly streams: SessionStreams,
  ) {}

  @Post()
  @Route(sessionRoutes.create)
  async create(
    @AskedBy() asker: Asker,
    @Body() request: CreateSession,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: LocationReply,
  ): Promise<SessionView> {
    return withLocation(reply, await this.actions.create(asker, request, key));
  }

  @Get()
  @Route(sessionRoutes.list)
  list(@Caller() user: UserPrincipal, @Query() query: ListSessionsQuery): Promise<SessionPage> {
    return this.global.queries.list(user, query);
  }

  @Get(':id')
  @Route(sessionRoutes.get)
  get(@Caller() user: UserPrincipal, @Param('id') id: string): Promise<SessionView> {
    return this.global.queries.viewFor(user, id);
  }

  @Delete(':id')
  @Route(sessionRoutes.close)
  close(@AskedBy() asker: Asker, @Param('id') id: string): Promise<SessionView> {
    return this.actions.close(asker, id);
  }

  @Get(':id/events')
  @Header('cache-control', 'no-store')
  @Header('x-accel-buffering', 'no')
  @Route(sessionRoutes.events)
  events(
    @Caller() user: UserPrincipal,
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): Promise<StreamableFile> {
    return this.streams.events(user, id, lastEventId);
  }

  @Post(':id/tickets')
  @Header('cache-control', 'no-store')
  @Route(sessionRoutes.ticket)
  ticket(@AskedBy() asker: Asker, @Param('id') id: string): Promise<TicketView> {
    return this.actions.ticket(asker, id);
  }

  @Get(':id/workers')
  @Route(sessionRoutes.workers)
  workers(@Caller() user: UserPrincipal, @Param('id') id: string): Promise<WorkerPage> {
    return this.global.queries.workers(user, id);
  }

  @Get(':id/workers/:role/logs')
  @Header('cache-control', 'no-store')
  @Route(sessionRoutes.logs)
  logs(
    @Caller() user: UserPrincipal,
    @Param('id') id: string,
    @Param('role') role: string,
    @Query() { follow = false }: LogsQuery,
  ): Promise<StreamableFile> {
    return this.streams.logs(user, { id, role, follow });
  }
}

import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  type StreamableFile,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
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
import { Caller, Needs } from '@muster/platform';
import { GlobalSession, UserActions, type Asker } from '@muster/sessions';
import { AskedBy } from './global-session.parts.js';
import { withLocation, type LocationReply } from './location.js';
import { SessionStreams } from './session-streams.service.js';

@ApiTags('sessions')
@Controller('v1/sessions')
export class SessionsController {
  constructor(
    private readonly actions: UserActions,
    private readonly global: GlobalSession,
    private readonly streams: SessionStreams,
  ) {}

  @Post()
  @HttpCode(202)
  @Needs('sessions:write')
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key twice is the same session' })
  @ApiAcceptedResponse({ type: SessionView })
  async create(
    @AskedBy() asker: Asker,
    @Body() request: CreateSession,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: LocationReply,
  ): Promise<SessionView> {
    return withLocation(reply, await this.actions.create(asker, request, key));
  }

  @Get()
  @Needs('sessions:read')
  @ApiOkResponse({ type: SessionPage })
  list(@Caller() user: UserPrincipal, @Query() query: ListSessionsQuery): Promise<SessionPage> {
    return this.global.queries.list(user, query);
  }

  @Get(':id')
  @Needs('sessions:read')
  @ApiOkResponse({ type: SessionView })
  get(@Caller() user: UserPrincipal, @Param('id') id: string): Promise<SessionView> {
    return this.global.queries.viewFor(user, id);
  }

  @Delete(':id')
  @HttpCode(202)
  @Needs('sessions:write')
  @ApiAcceptedResponse({ type: SessionView })
  close(@AskedBy() asker: Asker, @Param('id') id: string): Promise<SessionView> {
    return this.actions.close(asker, id);
  }

  @Get(':id/events')
  @Needs('sessions:read')
  @Header('cache-control', 'no-store')
  @Header('x-accel-buffering', 'no')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Goes on after this event' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'Server-Sent Events: state, worker, warning, progress (with id); queue, missed (without)',
  })
  events(
    @Caller() user: UserPrincipal,
    @Param('id') id: string,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): Promise<StreamableFile> {
    return this.streams.events(user, id, lastEventId);
  }

  @Post(':id/tickets')
  @Needs('sessions:write')
  @Header('cache-control', 'no-store')
  @ApiCreatedResponse({ type: TicketView })
  ticket(@AskedBy() asker: Asker, @Param('id') id: string): Promise<TicketView> {
    return this.actions.ticket(asker, id);
  }

  @Get(':id/workers')
  @Needs('sessions:read')
  @ApiOkResponse({ type: WorkerPage })
  workers(@Caller() user: UserPrincipal, @Param('id') id: string): Promise<WorkerPage> {
    return this.global.queries.workers(user, id);
  }

  @Get(':id/workers/:role/logs')
  @Needs('sessions:read')
  @Header('cache-control', 'no-store')
  @ApiProduces('application/x-ndjson')
  @ApiOkResponse({ description: 'One JSON object a line: at, stream, text' })
  logs(
    @Caller() user: UserPrincipal,
    @Param('id') id: string,
    @Param('role') role: string,
    @Query() { follow = false }: LogsQuery,
  ): Promise<StreamableFile> {
    return this.streams.logs(user, { id, role, follow });
  }
}

import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PageQuery, QueuePage } from '@muster/contracts';
import type { UserPrincipal } from '@muster/identity';
import { Caller, Needs } from '@muster/platform';
import { GlobalSession } from '@muster/sessions';

@ApiTags('sessions')
@Controller('v1/queue')
export class QueueController {
  constructor(private readonly global: GlobalSession) {}

  @Get()
  @Needs('queue:read')
  @ApiOkResponse({ type: QueuePage })
  page(@Caller() user: UserPrincipal, @Query() query: PageQuery): Promise<QueuePage> {
    return this.global.queries.queue(user, query);
  }
}

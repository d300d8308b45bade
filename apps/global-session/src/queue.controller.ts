import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PageQuery, QueuePage } from '@muster/contracts';
import type { UserPrincipal } from '@muster/identity';
import { Caller, Route } from '@muster/platform';
import { GlobalSession } from '@muster/sessions';

@ApiTags('queue')
@Controller('v1/queue')
export class QueueController {
  constructor(private readonly global: GlobalSession) {}

  @Get()
  @Route({
    summary: 'What waits and why, in the order of admission',
    more: 'Your own sessions; operators and admins see those of everybody.',
    needs: 'queue:read',
    answer: QueuePage,
  })
  page(@Caller() user: UserPrincipal, @Query() query: PageQuery): Promise<QueuePage> {
    return this.global.queries.queue(user, query);
  }
}

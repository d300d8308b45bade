import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditPage, ListAuditQuery } from '@muster/contracts';
import { AuditLog } from '@muster/identity';
import { Route } from '@muster/platform';

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditLog) {}

  @Get()
  @Route({ summary: 'Who did what, newest first', needs: 'audit:read', answer: AuditPage })
  page(@Query() query: ListAuditQuery): Promise<AuditPage> {
    return this.audit.page(query);
  }
}

import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AuditPage, ListAuditQuery } from '@muster/contracts';
import { AuditLog } from '@muster/identity';
import { Needs } from '@muster/platform';

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditLog) {}

  @Get()
  @Needs('audit:read')
  @ApiOkResponse({ type: AuditPage })
  page(@Query() query: ListAuditQuery): Promise<AuditPage> {
    return this.audit.page(query);
  }
}

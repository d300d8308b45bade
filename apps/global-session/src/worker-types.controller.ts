import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PageQuery, WorkerType, WorkerTypePage, WorkerTypeView } from '@muster/contracts';
import { Needs } from '@muster/platform';
import { GlobalSession, UserActions, type Asker } from '@muster/sessions';
import { AskedBy } from './global-session.parts.js';

@ApiTags('catalogue')
@Controller('v1/worker-types')
export class WorkerTypesController {
  constructor(
    private readonly actions: UserActions,
    private readonly global: GlobalSession,
  ) {}

  @Get()
  @Needs('catalogue:read')
  @ApiOkResponse({ type: WorkerTypePage })
  page(@Query() query: PageQuery): Promise<WorkerTypePage> {
    return this.global.catalogue.page('WorkerType', query);
  }

  @Get(':name')
  @Needs('catalogue:read')
  @ApiOkResponse({ type: WorkerTypeView })
  get(@Param('name') name: string): Promise<WorkerTypeView> {
    return this.global.catalogue.get('WorkerType', name);
  }

  @Post()
  @Needs('catalogue:write')
  @ApiCreatedResponse({ type: WorkerTypeView })
  create(@AskedBy() asker: Asker, @Body() type: WorkerType): Promise<WorkerTypeView> {
    return this.actions.createType(asker, type);
  }

  @Put(':name')
  @Needs('catalogue:write')
  @ApiOkResponse({ type: WorkerTypeView })
  put(@AskedBy() asker: Asker, @Param('name') name: string, @Body() type: WorkerType): Promise<WorkerTypeView> {
    return this.actions.putType(asker, name, type);
  }

  @Delete(':name')
  @HttpCode(204)
  @Needs('catalogue:write')
  @ApiNoContentResponse()
  remove(@AskedBy() asker: Asker, @Param('name') name: string): Promise<void> {
    return this.actions.removeType(asker, 'WorkerType', name);
  }
}

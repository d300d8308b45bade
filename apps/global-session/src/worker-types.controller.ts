import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PageQuery, WorkerType, WorkerTypePage, WorkerTypeView } from '@muster/contracts';
import { Route } from '@muster/platform';
import { GlobalSession, UserActions, type Asker } from '@muster/sessions';
import { catalogueRoutes } from './catalogue.routes.js';
import { AskedBy } from './global-session.parts.js';

const routes = catalogueRoutes('worker', WorkerTypeView, WorkerTypePage);

@ApiTags('worker-types')
@Controller('v1/worker-types')
export class WorkerTypesController {
  constructor(
    private readonly actions: UserActions,
    private readonly global: GlobalSession,
  ) {}

  @Get()
  @Route(routes.page)
  page(@Query() query: PageQuery): Promise<WorkerTypePage> {
    return this.global.catalogue.page('WorkerType', query);
  }

  @Get(':name')
  @Route(routes.get)
  get(@Param('name') name: string): Promise<WorkerTypeView> {
    return this.global.catalogue.get('WorkerType', name);
  }

  @Post()
  @Route(routes.create)
  create(@AskedBy() asker: Asker, @Body() type: WorkerType): Promise<WorkerTypeView> {
    return this.actions.createType(asker, type);
  }

  @Put(':name')
  @Route(routes.put)
  put(@AskedBy() asker: Asker, @Param('name') name: string, @Body() type: WorkerType): Promise<WorkerTypeView> {
    return this.actions.putType(asker, name, type);
  }

  @Delete(':name')
  @Route(routes.remove)
  remove(@AskedBy() asker: Asker, @Param('name') name: string): Promise<void> {
    return this.actions.removeType(asker, 'WorkerType', name);
  }
}

import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PageQuery, SessionType, SessionTypePage, SessionTypeView } from '@muster/contracts';
import { Route } from '@muster/platform';
import { GlobalSession, UserActions, type Asker } from '@muster/sessions';
import { catalogueRoutes } from './catalogue.routes.js';
import { AskedBy } from './global-session.parts.js';

const routes = catalogueRoutes('session', SessionTypeView, SessionTypePage);

@ApiTags('session-types')
@Controller('v1/session-types')
export class SessionTypesController {
  constructor(
    private readonly actions: UserActions,
    private readonly global: GlobalSession,
  ) {}

  @Get()
  @Route(routes.page)
  page(@Query() query: PageQuery): Promise<SessionTypePage> {
    return this.global.catalogue.page('SessionType', query);
  }

  @Get(':name')
  @Route(routes.get)
  get(@Param('name') name: string): Promise<SessionTypeView> {
    return this.global.catalogue.get('SessionType', name);
  }

  @Post()
  @Route(routes.create)
  create(@AskedBy() asker: Asker, @Body() type: SessionType): Promise<SessionTypeView> {
    return this.actions.createType(asker, type);
  }

  @Put(':name')
  @Route(routes.put)
  put(@AskedBy() asker: Asker, @Param('name') name: string, @Body() type: SessionType): Promise<SessionTypeView> {
    return this.actions.putType(asker, name, type);
  }

  @Delete(':name')
  @Route(routes.remove)
  remove(@AskedBy() asker: Asker, @Param('name') name: string): Promise<void> {
    return this.actions.removeType(asker, 'SessionType', name);
  }
}

import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PageQuery, SessionType, SessionTypePage, SessionTypeView } from '@muster/contracts';
import { Needs } from '@muster/platform';
import { GlobalSession, UserActions, type Asker } from '@muster/sessions';
import { AskedBy } from './global-session.parts.js';

@ApiTags('catalogue')
@Controller('v1/session-types')
export class SessionTypesController {
  constructor(
    private readonly actions: UserActions,
    private readonly global: GlobalSession,
  ) {}

  @Get()
  @Needs('catalogue:read')
  @ApiOkResponse({ type: SessionTypePage })
  page(@Query() query: PageQuery): Promise<SessionTypePage> {
    return this.global.catalogue.page('SessionType', query);
  }

  @Get(':name')
  @Needs('catalogue:read')
  @ApiOkResponse({ type: SessionTypeView })
  get(@Param('name') name: string): Promise<SessionTypeView> {
    return this.global.catalogue.get('SessionType', name);
  }

  @Post()
  @Needs('catalogue:write')
  @ApiCreatedResponse({ type: SessionTypeView })
  create(@AskedBy() asker: Asker, @Body() type: SessionType): Promise<SessionTypeView> {
    return this.actions.createType(asker, type);
  }

  @Put(':name')
  @Needs('catalogue:write')
  @ApiOkResponse({ type: SessionTypeView })
  put(@AskedBy() asker: Asker, @Param('name') name: string, @Body() type: SessionType): Promise<SessionTypeView> {
    return this.actions.putType(asker, name, type);
  }

  @Delete(':name')
  @HttpCode(204)
  @Needs('catalogue:write')
  @ApiNoContentResponse()
  remove(@AskedBy() asker: Asker, @Param('name') name: string): Promise<void> {
    return this.actions.removeType(asker, 'SessionType', name);
  }
}

import { Body, Controller, Delete, Get, HttpCode, Ip, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ApiTokenPage, CreateApiToken, ListUsersQuery, NewApiTokenView } from '@muster/contracts';
import { ApiTokens, type UserPrincipal } from '@muster/identity';
import { Caller, Needs } from '@muster/platform';

/** Everybody's own API tokens. */
@ApiTags('tokens')
@Controller('v1/tokens')
export class TokensController {
  constructor(private readonly apiTokens: ApiTokens) {}

  @Get()
  @Needs('tokens:read')
  @ApiOkResponse({ type: ApiTokenPage })
  list(@Caller() caller: UserPrincipal, @Query() query: ListUsersQuery): Promise<ApiTokenPage> {
    return this.apiTokens.page(caller, query);
  }

  @Post()
  @Needs('tokens:write')
  @ApiCreatedResponse({ type: NewApiTokenView })
  create(
    @Caller() caller: UserPrincipal,
    @Body() wanted: CreateApiToken,
    @Ip() source: string,
  ): Promise<NewApiTokenView> {
    return this.apiTokens.create(caller, wanted, source);
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('tokens:write')
  @ApiNoContentResponse()
  remove(@Caller() caller: UserPrincipal, @Param('id') id: string, @Ip() source: string): Promise<void> {
    return this.apiTokens.remove(caller, id, source);
  }
}

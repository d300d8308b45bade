import { Body, Controller, Delete, Get, Ip, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiTokenPage, CreateApiToken, ListUsersQuery, NewApiTokenView } from '@muster/contracts';
import { ApiTokens, type UserPrincipal } from '@muster/identity';
import { Caller, Route } from '@muster/platform';

/** Everybody's own API tokens. */
@ApiTags('tokens')
@Controller('v1/tokens')
export class TokensController {
  constructor(private readonly apiTokens: ApiTokens) {}

  @Get()
  @Route({ summary: 'List your API tokens', needs: 'tokens:read', answer: ApiTokenPage })
  list(@Caller() caller: UserPrincipal, @Query() query: ListUsersQuery): Promise<ApiTokenPage> {
    return this.apiTokens.page(caller, query);
  }

  @Post()
  @Route({
    summary: 'Make an API token for a program',
    more: 'Its text is shown in this answer only.',
    needs: 'tokens:write',
    status: 201,
    answer: NewApiTokenView,
    problems: ['conflict'],
  })
  create(
    @Caller() caller: UserPrincipal,
    @Body() wanted: CreateApiToken,
    @Ip() source: string,
  ): Promise<NewApiTokenView> {
    return this.apiTokens.create(caller, wanted, source);
  }

  @Delete(':id')
  @Route({
    summary: 'Remove one of your API tokens; it ends at once',
    needs: 'tokens:write',
    path: { id: 'Id of the token: `tok_...`' },
    problems: ['not-found'],
  })
  remove(@Caller() caller: UserPrincipal, @Param('id') id: string, @Ip() source: string): Promise<void> {
    return this.apiTokens.remove(caller, id, source);
  }
}

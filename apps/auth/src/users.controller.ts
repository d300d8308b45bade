import { Body, Controller, Delete, Get, HttpCode, Ip, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChangeUser, CreateUser, ListUsersQuery, UserPage, UserView } from '@muster/contracts';
import { UserAdministration, type UserPrincipal } from '@muster/identity';
import { Caller, Needs } from '@muster/platform';

@ApiTags('users')
@Controller('v1/users')
export class UsersController {
  constructor(private readonly administration: UserAdministration) {}

  @Get()
  @Needs('users:read')
  @ApiOkResponse({ type: UserPage })
  list(@Query() query: ListUsersQuery): Promise<UserPage> {
    return this.administration.page(query);
  }

  @Post()
  @Needs('users:write')
  @ApiCreatedResponse({ type: UserView })
  create(@Caller() caller: UserPrincipal, @Body() user: CreateUser, @Ip() source: string): Promise<UserView> {
    return this.administration.create(caller, user, source);
  }

  @Get(':id')
  @Needs('users:read')
  @ApiOkResponse({ type: UserView })
  get(@Param('id') id: string): Promise<UserView> {
    return this.administration.view(id);
  }

  @Patch(':id')
  @Needs('users:write')
  @ApiOkResponse({ type: UserView })
  change(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Body() change: ChangeUser,
    @Ip() source: string,
  ): Promise<UserView> {
    return this.administration.change(caller, id, change, source);
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('users:write')
  @ApiNoContentResponse()
  remove(@Caller() caller: UserPrincipal, @Param('id') id: string, @Ip() source: string): Promise<void> {
    return this.administration.remove(caller, id, source);
  }
}

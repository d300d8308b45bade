import { Body, Controller, Delete, Get, Ip, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangeUser, CreateUser, ListUsersQuery, UserPage, UserView } from '@muster/contracts';
import { UserAdministration, type UserPrincipal } from '@muster/identity';
import { Caller, Route } from '@muster/platform';

const ofUser = { id: 'Id of the user: `usr_...`' };

@ApiTags('users')
@Controller('v1/users')
export class UsersController {
  constructor(private readonly administration: UserAdministration) {}

  @Get()
  @Route({ summary: 'List the users', needs: 'users:read', answer: UserPage })
  list(@Query() query: ListUsersQuery): Promise<UserPage> {
    return this.administration.page(query);
  }

  @Post()
  @Route({
    summary: 'Add a user',
    more: 'Nobody gives a role that allows more than their own.',
    needs: 'users:write',
    status: 201,
    answer: UserView,
    problems: ['already-exists'],
  })
  create(@Caller() caller: UserPrincipal, @Body() user: CreateUser, @Ip() source: string): Promise<UserView> {
    return this.administration.create(caller, user, source);
  }

  @Get(':id')
  @Route({ summary: 'Show one user', needs: 'users:read', path: ofUser, answer: UserView, problems: ['unknown-user'] })
  get(@Param('id') id: string): Promise<UserView> {
    return this.administration.view(id);
  }

  @Patch(':id')
  @Route({
    summary: "Change a user's role or password, or disable the account",
    needs: 'users:write',
    path: ofUser,
    answer: UserView,
    problems: ['unknown-user', 'conflict'],
  })
  change(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Body() change: ChangeUser,
    @Ip() source: string,
  ): Promise<UserView> {
    return this.administration.change(caller, id, change, source);
  }

  @Delete(':id')
  @Route({
    summary: 'Remove a user and end everything they have',
    needs: 'users:write',
    path: ofUser,
    problems: ['unknown-user', 'conflict'],
  })
  remove(@Caller() caller: UserPrincipal, @Param('id') id: string, @Ip() source: string): Promise<void> {
    return this.administration.remove(caller, id, source);
  }
}

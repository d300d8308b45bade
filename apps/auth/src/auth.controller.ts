import { Body, Controller, Get, HttpCode, Ip, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChangePassword, Login, LoginView, Logout, MeView, RefreshLogin } from '@muster/contracts';
import { Logins, type UserPrincipal } from '@muster/identity';
import { Caller, Needs, Open } from '@muster/platform';

@ApiTags('auth')
@Controller('v1/auth')
export class AuthController {
  constructor(private readonly logins: Logins) {}

  @Post('login')
  @HttpCode(200)
  @Open()
  @ApiOkResponse({ type: LoginView })
  login(@Body() login: Login, @Ip() source: string): Promise<LoginView> {
    return this.logins.login(login, source);
  }

  @Post('refresh')
  @HttpCode(200)
  @Open()
  @ApiOkResponse({ type: LoginView })
  refresh(@Body() { refreshToken }: RefreshLogin, @Ip() source: string): Promise<LoginView> {
    return this.logins.refresh(refreshToken, source);
  }

  @Post('logout')
  @HttpCode(204)
  @Needs(null)
  @ApiNoContentResponse()
  logout(@Caller() caller: UserPrincipal, @Body() { everywhere = false }: Logout, @Ip() source: string): Promise<void> {
    return this.logins.logout(caller, everywhere, source);
  }

  @Post('password')
  @HttpCode(200)
  @Needs(null)
  @ApiOkResponse({ type: LoginView })
  password(@Caller() caller: UserPrincipal, @Body() body: ChangePassword, @Ip() source: string): Promise<LoginView> {
    return this.logins.changePassword(caller, body, source);
  }

  @Get('me')
  @Needs(null)
  @ApiOkResponse({ type: MeView })
  me(@Caller() caller: UserPrincipal): Promise<MeView> {
    return this.logins.me(caller);
  }
}

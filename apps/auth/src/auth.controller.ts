import { Body, Controller, Get, Ip, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangePassword, Login, LoginView, Logout, MeView, RefreshLogin } from '@muster/contracts';
import { Logins, type UserPrincipal } from '@muster/identity';
import { Caller, Route } from '@muster/platform';

@ApiTags('auth')
@Controller('v1/auth')
export class AuthController {
  constructor(private readonly logins: Logins) {}

  @Post('login')
  @Route({
    summary: 'Log in with a name and a password',
    more: 'Press **Authorize** and enter the `accessToken` of the answer. After several failures the next attempt has to wait.',
    needs: 'open',
    status: 200,
    answer: LoginView,
    problems: ['wrong-credentials', 'account-disabled', 'too-many-requests'],
  })
  login(@Body() login: Login, @Ip() source: string): Promise<LoginView> {
    return this.logins.login(login, source);
  }

  @Post('refresh')
  @Route({
    summary: 'Go on being logged in: a new access token for a refresh token',
    more: 'A refresh token is good for one use. When it comes a second time, somebody has copied it, and the whole login ends.',
    needs: 'open',
    answer: LoginView,
    problems: ['not-authenticated', 'refresh-token-reused', 'account-disabled'],
  })
  refresh(@Body() { refreshToken }: RefreshLogin, @Ip() source: string): Promise<LoginView> {
    return this.logins.refresh(refreshToken, source);
  }

  @Post('logout')
  @Route({
    summary: 'Log out, here or everywhere',
    more: 'Open connections of the login are closed at once.',
    needs: 'logged-in',
  })
  logout(@Caller() caller: UserPrincipal, @Body() { everywhere = false }: Logout, @Ip() source: string): Promise<void> {
    return this.logins.logout(caller, everywhere, source);
  }

  @Post('password')
  @Route({
    summary: 'Change your own password',
    more: 'Ends all your logins and begins a new one.',
    needs: 'logged-in',
    answer: LoginView,
    problems: ['invalid-request', 'wrong-credentials', 'too-many-requests'],
  })
  password(@Caller() caller: UserPrincipal, @Body() body: ChangePassword, @Ip() source: string): Promise<LoginView> {
    return this.logins.changePassword(caller, body, source);
  }

  @Get('me')
  @Route({ summary: 'Who you are, and what your token allows', needs: 'logged-in', answer: MeView })
  me(@Caller() caller: UserPrincipal): Promise<MeView> {
    return this.logins.me(caller);
  }
}

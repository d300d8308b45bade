import { MusterError, type ChangePassword, type Login, type LoginView, type MeView } from '@muster/contracts';
import type { AuditLog } from './audit-log.js';
import type { LoginThrottle } from './login-throttle.js';
import type { Passwords } from './passwords.js';
import type { UserPrincipal } from './principal.js';
import { RefreshTokenReused, type OpenLogin, type RefreshTokens } from './refresh-tokens.js';
import type { RevocationFeed } from './revocation-feed.js';
import type { TokenIssuer } from './token-issuer.js';
import { userView, type UserDocument, type Users } from './users.js';

export interface LoginsParts {
  users: Users;
  passwords: Passwords;
  throttle: LoginThrottle;
  refreshTokens: RefreshTokens;
  feed: RevocationFeed;
  issuer: TokenIssuer;
  audit: AuditLog;
}

/** Logging in, going on, logging out. Tells nobody which names exist. `source` is the caller's network address. */
export class Logins {
  constructor(private readonly parts: LoginsParts) {}

  /** Throws `wrong-credentials`, `account-disabled` (only to who knows the password) or `too-many-requests`. */
  async login({ username, password }: Login, source: string): Promise<LoginView> {
    const succeeded = this.parts.throttle.begin(username, source);
    const feed = await this.parts.feed.position();
    const user = await this.parts.users.findByName(username);
    if (!(await this.parts.passwords.matches(user?.passwordHash, password)) || user === undefined) {
      await this.parts.audit.record({ actor: username, action: 'login', source, outcome: 'refused' });
      throw new MusterError('wrong-credentials', 'the user name or the password is wrong');
    }
    succeeded();
    await this.requireEnabled(user, source);
    await this.renewHash(user, password);
    const login = await this.parts.refreshTokens.begin(user._id, user.tokenVersion);
    await this.parts.audit.record({ actor: user._id, action: 'login', target: login.loginId, source, outcome: 'done' });
    return this.view(user, login, feed);
  }

  /** Throws `not-authenticated`, `account-disabled` or `refresh-token-reused`; the last ends the login for everybody. */
  async refresh(refreshToken: string, source: string): Promise<LoginView> {
    const feed = await this.parts.feed.position();
    const login = await this.rotate(refreshToken, source);
    const user = await this.parts.users.get(login.userId).catch(goneIfUnknown);
    if (user === undefined || user.tokenVersion !== login.userVersion) {
      await this.parts.refreshTokens.end(login.loginId);
      if (user?.disabled) throw disabled();
      throw new MusterError('not-authenticated', 'the login was ended: log in again');
    }
    return this.view(user, login, feed);
  }

  /** The caller's own account, and what the token in use allows. Throws `not-authenticated` when the account is gone. */
  async me({ userId, permissions, expiresAtMs }: UserPrincipal): Promise<MeView> {
    const user = await this.parts.users.get(userId).catch(goneIfUnknown);
    if (user === undefined) throw new MusterError('not-authenticated', 'the account was removed');
    return { user: userView(user), permissions: [...permissions], expiresAt: new Date(expiresAtMs).toISOString() };
  }

  /** Ends this login, or all of the user's. */
  async logout(principal: UserPrincipal, everywhere: boolean, source: string): Promise<void> {
    const loginId = loginOf(principal);
    const { refreshTokens, users } = this.parts;
    await this.parts.audit.record({
      actor: principal.userId,
      action: everywhere ? 'logout.everywhere' : 'logout',
      target: loginId,
      source,
      outcome: 'done',
    });
    await refreshTokens.end(loginId);
    await this.revokeLogin(loginId, principal.userId, 'logged-out');
    if (!everywhere) return;
    await users.endTokens(principal.userId, 'logged-out');
    await refreshTokens.endAllOf(principal.userId);
  }

  /** Ends all logins of the user and begins a new one. Throws `wrong-credentials` or `too-many-requests`. */
  async changePassword(principal: UserPrincipal, passwords: ChangePassword, source: string): Promise<LoginView> {
    loginOf(principal);
    const succeeded = this.parts.throttle.begin(principal.username, source);
    const current = await this.parts.users.get(principal.userId);
    const matched = await this.parts.passwords.matches(current.passwordHash, passwords.currentPassword);
    const record = { actor: principal.userId, action: 'password.change', target: principal.userId, source };
    await this.parts.audit.record({ ...record, outcome: matched ? 'done' : 'refused' });
    if (!matched) throw new MusterError('wrong-credentials', 'the current password is wrong');
    succeeded();
    const user = await this.parts.users.change(principal.userId, { password: passwords.newPassword });
    await this.parts.refreshTokens.endAllOf(user._id);
    const feed = await this.parts.feed.position();
    const login = await this.parts.refreshTokens.begin(user._id, user.tokenVersion);
    return this.view(user, login, feed);
  }

  private async rotate(refreshToken: string, source: string): Promise<OpenLogin> {
    try {
      return await this.parts.refreshTokens.rotate(refreshToken);
    } catch (error) {
      if (error instanceof RefreshTokenReused) {
        const { userId, loginId } = error;
        await this.revokeLogin(loginId, userId, 'reused');
        await this.parts.audit.record({
          actor: userId,
          action: 'refresh.reused',
          target: loginId,
          source,
          outcome: 'refused',
        });
      }
      throw error;
    }
  }

  private async revokeLogin(loginId: string, userId: string, reason: 'logged-out' | 'reused'): Promise<void> {
    await this.parts.feed.append({ kind: 'login', subject: loginId, userId, reason });
  }

  private async requireEnabled(user: UserDocument, source: string): Promise<void> {
    if (!user.disabled) return;
    await this.parts.audit.record({ actor: user._id, action: 'login', source, outcome: 'refused', detail: 'disabled' });
    throw disabled();
  }

  private async renewHash(user: UserDocument, password: string): Promise<void> {
    if (!(await this.parts.passwords.isOutdated(user.passwordHash))) return;
    await this.parts.users.replaceHash(user, await this.parts.passwords.hash(password));
  }

  private async view(user: UserDocument, login: OpenLogin, feed: { id: string; number: number }): Promise<LoginView> {
    const { token, expiresAtMs } = await this.parts.issuer.issueForUser({
      userId: user._id,
      username: user.username,
      role: user.role,
      loginId: login.loginId,
      version: login.userVersion,
      feed,
    });
    const expiresAt = new Date(expiresAtMs).toISOString();
    return { accessToken: token, refreshToken: login.refreshToken, expiresAt, user: userView(user) };
  }
}

/** The login behind a token. Throws `not-allowed` for API tokens: they cannot log out or change the password. */
function loginOf(principal: UserPrincipal): string {
  if (principal.credential.kind === 'login') return principal.credential.loginId;
  throw new MusterError('not-allowed', 'an API token cannot do this: log in');
}

function disabled(): MusterError {
  return new MusterError('account-disabled', 'the account is disabled: ask an admin');
}

function goneIfUnknown(error: unknown): undefined {
  if (error instanceof MusterError && error.code === 'unknown-user') return undefined;
  throw error;
}

import {
  MusterError,
  type ChangeUser,
  type CreateUser,
  type ListUsersQuery,
  type UserPage,
  type UserView,
} from '@muster/contracts';
import type { ApiTokens } from './api-tokens.js';
import type { AuditLog } from './audit-log.js';
import { permissionsOf, requireCovers } from './permissions.js';
import type { UserPrincipal } from './principal.js';
import type { RefreshTokens } from './refresh-tokens.js';
import { userView, type UserDocument, type Users } from './users.js';

export interface UserAdministrationParts {
  users: Users;
  refreshTokens: RefreshTokens;
  apiTokens: ApiTokens;
  audit: AuditLog;
}

/**
 * Who may make, change and remove which accounts: whoever does it must have every permission of the account's role, the one
 * before and the one after, since whoever sets a password has the account. Everything is recorded, refusals too.
 */
export class UserAdministration {
  constructor(private readonly parts: UserAdministrationParts) {}

  page(query: ListUsersQuery): Promise<UserPage> {
    return this.parts.users.page(query);
  }

  /** Throws `unknown-user`. */
  async view(userId: string): Promise<UserView> {
    return userView(await this.parts.users.get(userId));
  }

  /** Throws `not-allowed`, `already-exists` or `invalid-request`. */
  create(actor: UserPrincipal, wanted: CreateUser, source: string): Promise<UserView> {
    const detail = `${wanted.username} ${wanted.role}`;
    const record = { actor: actor.userId, action: 'user.create', target: '-', source, detail };
    return this.recorded(record, async () => {
      requireCovers(actor, permissionsOf(wanted.role));
      const made = userView(await this.parts.users.create(wanted));
      record.target = made.id;
      return made;
    });
  }

  /** Throws `not-allowed`, `unknown-user`, `conflict` or `invalid-request`. */
  change(actor: UserPrincipal, userId: string, change: ChangeUser, source: string): Promise<UserView> {
    const detail = Object.entries(change).map(([name, value]) => (name === 'password' ? name : `${name}=${value}`));
    const record = { actor: actor.userId, action: 'user.change', target: userId, source, detail: detail.join(' ') };
    return this.recorded(record, async () => {
      const before = await this.parts.users.get(userId);
      requireCovers(actor, permissionsOf(before.role));
      requireCovers(actor, permissionsOf(change.role ?? before.role));
      return userView(await this.parts.users.change(userId, change));
    });
  }

  /** Ends everything the user has. Throws `not-allowed`, `unknown-user` or `conflict`. */
  remove(actor: UserPrincipal, userId: string, source: string): Promise<void> {
    return this.recorded({ actor: actor.userId, action: 'user.remove', target: userId, source }, async () => {
      requireCovers(actor, permissionsOf((await this.parts.users.get(userId)).role));
      await this.parts.users.beginRemoval(userId);
      await this.finishRemoval(userId);
    });
  }

  /** Finishes changes and removals that a crash cut short. To be repeated. */
  async finishUnfinished(): Promise<void> {
    for (const user of await this.parts.users.unfinished()) await this.finish(user);
  }

  private async finish(user: UserDocument): Promise<void> {
    // Whoever removes the last admin is about to be refused and puts them back.
    if (user.removed && !(await this.parts.users.hasAdmin())) return;
    await this.parts.users.announce(user);
    if (user.removed) await this.finishRemoval(user._id);
  }

  private async finishRemoval(userId: string): Promise<void> {
    await this.parts.refreshTokens.endAllOf(userId);
    await this.parts.apiTokens.removeAllOf(userId);
    await this.parts.users.erase(userId);
  }

  private async recorded<T>(
    record: { actor: string; action: string; target: string; source: string; detail?: string },
    task: () => Promise<T>,
  ): Promise<T> {
    try {
      const done = await task();
      await this.parts.audit.record({ ...record, outcome: 'done' });
      return done;
    } catch (error) {
      const refusedBecause = error instanceof MusterError && error.status < 500 ? error.code : undefined;
      const detail = `${record.detail ?? ''} ${refusedBecause ?? ''}`.trim();
      await this.parts.audit.record({
        ...record,
        detail,
        outcome: refusedBecause === undefined ? 'failed' : 'refused',
      });
      throw error;
    }
  }
}

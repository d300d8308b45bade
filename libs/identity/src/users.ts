import {
  MusterError,
  type ChangeUser,
  type CreateUser,
  type ListUsersQuery,
  type RevocationReason,
  type UserPage,
  type UserRole,
  type UserView,
} from '@muster/contracts';
import { newId, type Clock, type RandomSource } from '@muster/platform';
import { DuplicateKey, updateDocument, type Collection, type DocumentStore, type StoredDocument } from '@muster/store';
import type { Passwords } from './passwords.js';
import type { RevocationFeed } from './revocation-feed.js';

/** One account. */
export interface UserDocument extends StoredDocument {
  username: string;
  /** The name as it is compared: two names that differ in case only are the same. */
  usernameKey: string;
  role: UserRole;
  disabled: boolean;
  /** Removal has begun; what is left of it is repeated until it is done. */
  removed: boolean;
  passwordHash: string;
  /** Rises with every change that ends tokens: a token of a lower version is void. */
  tokenVersion: number;
  /** Written with the change, cleared when the feed has it: a crash between the two is made good later. */
  announce: boolean;
  announceReason?: RevocationReason;
  createdAtMs: number;
}

export interface UsersParts {
  store: DocumentStore;
  passwords: Passwords;
  feed: RevocationFeed;
  clock: Clock;
  random: RandomSource;
}

/**
 * The accounts. Every change that takes something away raises the user's token version and announces it in the feed. There is
 * always an admin who can log in. Who may change what is decided by UserAdministration.
 */
export class Users {
  private readonly users: Collection<UserDocument>;

  constructor(private readonly parts: UsersParts) {
    this.users = parts.store.collection({
      name: 'users',
      indexes: [
        { name: 'name', fields: ['usernameKey'], unique: true },
        { name: 'admins', fields: ['role', 'disabled', 'removed'] },
        { name: 'announce', fields: ['announce'] },
      ],
    });
  }

  /** Throws `already-exists`, or `invalid-request` for a poor password. */
  async create({ username, password, role }: CreateUser): Promise<UserDocument> {
    const passwordHash = await this.parts.passwords.hash(password);
    try {
      return await this.users.insert({
        _id: newId('usr_', this.parts.random),
        version: 1,
        username,
        usernameKey: keyOf(username),
        role,
        disabled: false,
        removed: false,
        passwordHash,
        tokenVersion: 1,
        announce: false,
        createdAtMs: this.parts.clock.nowMs(),
      });
    } catch (error) {
      if (error instanceof DuplicateKey) throw new MusterError('already-exists', `the name ${username} is taken`);
      throw error;
    }
  }

  async isEmpty(): Promise<boolean> {
    return (await this.users.count()) === 0;
  }

  /** Whether any admin can log in. */
  async hasAdmin(): Promise<boolean> {
    return (await this.users.count({ role: 'admin', disabled: false, removed: false })) > 0;
  }

  /** Throws `unknown-user`. */
  async get(userId: string): Promise<UserDocument> {
    const user = await this.users.get(userId);
    if (user === undefined || user.removed) throw unknownUser();
    return user;
  }

  async findByName(username: string): Promise<UserDocument | undefined> {
    const { items } = await this.users.find({ where: { usernameKey: keyOf(username) }, limit: 1 });
    return items[0]?.removed === false ? items[0] : undefined;
  }

  async page({ limit = 50, cursor }: ListUsersQuery): Promise<UserPage> {
    const { items, nextCursor } = await this.users.find({
      sort: [{ field: 'usernameKey', direction: 'ascending' }],
      limit,
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    const shown = items.filter(({ removed }) => !removed).map(userView);
    return { items: shown, ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /** Throws `unknown-user`, `conflict` for the last admin (whose logins end), or `invalid-request` for a poor password. */
  async change(userId: string, { role, disabled, password }: ChangeUser): Promise<UserDocument> {
    const passwordHash = password === undefined ? undefined : await this.parts.passwords.hash(password);
    return this.write(userId, (user) => ({
      ...user,
      role: role ?? user.role,
      disabled: disabled ?? user.disabled,
      passwordHash: passwordHash ?? user.passwordHash,
    }));
  }

  /** A hash made with today's costs in place of an older one of the same password: ends nothing. */
  async replaceHash(user: UserDocument, passwordHash: string): Promise<void> {
    await updateDocument(this.users, user._id, (current) =>
      current.passwordHash === user.passwordHash ? { ...current, passwordHash } : undefined,
    );
  }

  /** Ends all tokens of the user, as after a logout everywhere. */
  endTokens(userId: string, reason: RevocationReason): Promise<UserDocument> {
    return this.write(userId, (user) => ({ ...user, announceReason: user.disabled ? 'disabled' : reason }), true);
  }

  /** First step of a removal: the user can do nothing any more. The last one, {@link erase}, frees the name. */
  beginRemoval(userId: string): Promise<UserDocument> {
    return this.write(userId, (user) => ({ ...user, disabled: true, removed: true }));
  }

  async erase(userId: string): Promise<void> {
    await this.users.remove(userId);
  }

  /** Users whose change or removal was cut short. */
  async unfinished(): Promise<UserDocument[]> {
    return (await this.users.find({ where: { announce: true }, limit: 200 })).items;
  }

  /** Puts the user's newest version into the feed; may be repeated. */
  async announce(user: UserDocument): Promise<void> {
    await this.parts.feed.append({
      kind: 'user',
      subject: user._id,
      userId: user._id,
      belowVersion: user.tokenVersion,
      reason: user.announceReason ?? 'role-changed',
    });
    // A removal is finished by `erase`; until then it stays on the list of what was cut short.
    if (user.removed) return;
    await updateDocument(this.users, user._id, (current) =>
      current.tokenVersion === user.tokenVersion ? { ...current, announce: false } : undefined,
    );
  }

  private async write(
    userId: string,
    change: (user: UserDocument) => UserDocument,
    endsTokens = false,
  ): Promise<UserDocument> {
    let before: UserDocument | undefined;
    const written = await updateDocument(this.users, userId, (user) => {
      if (user.removed) throw unknownUser();
      before = user;
      return withTokensEnded(user, change(user), endsTokens);
    });
    if (written === undefined || before === undefined) throw unknownUser();
    if (isActiveAdmin(before) && !isActiveAdmin(written)) await this.keepAnAdmin(before);
    if (written.announce) await this.announce(written);
    return written;
  }

  /** Looked at after the write, so that two admins who disable each other at once cannot both succeed. */
  private async keepAnAdmin(before: UserDocument): Promise<void> {
    if (await this.hasAdmin()) return;
    const { role, disabled, removed } = before;
    // The version stays raised: a token of it may have been made in between.
    const restored = await updateDocument(this.users, before._id, (user) => {
      return { ...user, role, disabled, removed, announceReason: 'role-changed' as const };
    });
    if (restored?.announce) await this.announce(restored);
    throw new MusterError('conflict', 'this is the last admin: make another one first');
  }
}

export function userView({ _id, username, role, disabled, createdAtMs }: UserDocument): UserView {
  return { id: _id, username, role, disabled, createdAt: new Date(createdAtMs).toISOString() };
}

/** The user after a change; its version is raised when the change must end the tokens made before it. */
function withTokensEnded(before: UserDocument, after: UserDocument, endsTokens: boolean): UserDocument {
  const reason = endsTokens ? after.announceReason : reasonOf(before, after);
  if (reason === undefined) return after;
  return { ...after, tokenVersion: before.tokenVersion + 1, announce: true, announceReason: reason };
}

/** Why the tokens made before this change must end; undefined when they may go on. The strongest reason is told. */
function reasonOf(before: UserDocument, after: UserDocument): RevocationReason | undefined {
  if (after.removed) return 'removed';
  const changed = after.role !== before.role || after.passwordHash !== before.passwordHash;
  if (after.disabled) return changed || !before.disabled ? 'disabled' : undefined;
  if (after.role !== before.role) return 'role-changed';
  return changed ? 'password-changed' : undefined;
}

function isActiveAdmin({ role, disabled, removed }: UserDocument): boolean {
  return role === 'admin' && !disabled && !removed;
}

function keyOf(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}

function unknownUser(): MusterError {
  return new MusterError('unknown-user', 'there is no such user');
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserRole } from '@muster/contracts';
import {
  ApiTokens,
  AuditLog,
  Authenticator,
  LoginThrottle,
  Logins,
  Passwords,
  RefreshTokens,
  RemoteApiTokens,
  RevocationFeed,
  RevocationFollower,
  Sealing,
  SigningKeys,
  TokenIssuer,
  TokenVerifier,
  UserAdministration,
  Users,
  defaultPasswordSettings,
  defaultTokenTimes,
  serviceTokens,
  userTokens,
} from '@muster/identity';
import { openStore, type DocumentStore } from '@muster/store';
import { FakeClock } from './fake-clock.js';
import { SeededRandom } from './seeded-random.js';

/** Costs next to nothing: for tests only. */
export const cheapPasswords = { ...defaultPasswordSettings, memoryKiB: 1024, passes: 2 };

export const testIssuer = 'https://muster.test';
export const testInstallationKey = Buffer.alloc(32, 7).toString('base64url');

export type IdentityUnderTest = Awaited<ReturnType<typeof startIdentity>>;

/** All of auth's decisions on an embedded database of their own, on a clock that the test moves. */
export async function startIdentity() {
  const dataDir = await mkdtemp(join(tmpdir(), 'muster-identity-'));
  const store = await openStore({ dataDir });
  const clock = new FakeClock();
  const random = new SeededRandom(dataDir);
  const sealing = new Sealing(testInstallationKey);
  const signingKeys = new SigningKeys(store, sealing, clock);
  const accounts = makeAccounts({ store, clock, random, sealing, signingKeys });
  await store.ready();
  await signingKeys.refresh();
  const gate = makeGate({ clock, random, signingKeys, ...accounts });
  return {
    ...accounts,
    ...gate,
    store,
    dataDir,
    clock,
    random,
    sealing,
    signingKeys,
    createUser: (username: string, role: UserRole = 'user') =>
      accounts.users.create({ username, password: `${username}-password`, role }),
    /** Logs in with the password that `createUser` gave and answers the principal as a service sees it. */
    principalOf: async (username: string) => {
      const login = await accounts.logins.login({ username, password: `${username}-password` }, '192.0.2.1');
      return gate.authenticator.user(login.accessToken);
    },
    close: async (): Promise<void> => {
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

interface Base {
  store: DocumentStore;
  clock: FakeClock;
  random: SeededRandom;
  sealing: Sealing;
  signingKeys: SigningKeys;
}

function makeAccounts({ store, clock, random, sealing, signingKeys }: Base) {
  const passwords = new Passwords(cheapPasswords);
  const feed = new RevocationFeed(store, clock, random);
  const audit = new AuditLog(store, clock, random);
  const users = new Users({ store, passwords, feed, clock, random });
  const refreshTokens = new RefreshTokens({ store, sealing, clock, random });
  const apiTokens = new ApiTokens({ store, users, feed, audit, clock, random });
  const administration = new UserAdministration({ users, refreshTokens, apiTokens, audit });
  const issuer = new TokenIssuer(signingKeys, clock, random, { issuer: testIssuer, ...defaultTokenTimes });
  const throttle = new LoginThrottle(clock);
  const logins = new Logins({ users, passwords, throttle, refreshTokens, feed, issuer, audit });
  return { passwords, feed, audit, users, refreshTokens, apiTokens, administration, issuer, throttle, logins };
}

function makeGate(
  parts: Pick<Base, 'clock' | 'random' | 'signingKeys'> & { feed: RevocationFeed; apiTokens: ApiTokens },
) {
  const { clock, random, signingKeys: keys, feed, apiTokens } = parts;
  const revocations = new RevocationFollower({ read: (query) => feed.read(query), clock, random });
  const common = { issuer: testIssuer, keys, clock };
  const authenticator = new Authenticator({
    users: new TokenVerifier({
      ...common,
      kind: userTokens,
      requireNotRevoked: (principal, known) => revocations.requireNotRevoked(principal, known),
    }),
    apiTokens: new RemoteApiTokens({ verify: (token) => apiTokens.verify(token), revocations, clock }),
    services: new TokenVerifier({ ...common, kind: serviceTokens }),
  });
  return { revocations, authenticator };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UserRole } from '@muster/contracts';
import {
  Authenticator,
  JoinKeys,
  RemoteApiTokens,
  RevocationFollower,
  TokenVerifier,
  composeAuth,
  defaultPasswordSettings,
  serviceTokens,
  tokenIssuer,
  userTokens,
  type Auth,
} from '@muster/identity';
import { openStore } from '@muster/store';
import { FakeClock } from './fake-clock.js';
import { SeededRandom } from './seeded-random.js';

/** Costs next to nothing: for tests only. */
export const cheapPasswords = { ...defaultPasswordSettings, memoryKiB: 1024, passes: 2 };

export const testInstallationKey = Buffer.alloc(32, 7).toString('base64url');

export type IdentityUnderTest = Awaited<ReturnType<typeof startIdentity>>;

/** All of auth's decisions on an embedded database of their own, on a clock that the test moves, and the gate of a service. */
export async function startIdentity(joinKeys = new JoinKeys(new Map())) {
  const dataDir = await mkdtemp(join(tmpdir(), 'muster-identity-'));
  const store = await openStore({ dataDir });
  const clock = new FakeClock();
  const random = new SeededRandom(dataDir);
  const tokens = { issuer: tokenIssuer, userTokenMs: 600_000, serviceTokenMs: 3_600_000 };
  const auth = composeAuth({
    store,
    clock,
    random,
    joinKeys,
    tokens,
    installationKey: testInstallationKey,
    passwords: cheapPasswords,
  });
  await store.ready();
  await auth.signingKeys.refresh();
  const gate = makeGate(auth, clock, random);
  return {
    ...auth,
    ...gate,
    store,
    dataDir,
    clock,
    random,
    createUser: (username: string, role: UserRole = 'user') =>
      auth.users.create({ username, password: `${username}-password`, role }),
    /** Logs in with the password that `createUser` gave and answers the principal as a service sees it. */
    principalOf: async (username: string) => {
      const login = await auth.logins.login({ username, password: `${username}-password` }, '192.0.2.1');
      return gate.authenticator.user(login.accessToken);
    },
    close: async (): Promise<void> => {
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

function makeGate({ feed, apiTokens, signingKeys: keys }: Auth, clock: FakeClock, random: SeededRandom) {
  const revocations = new RevocationFollower({ read: (query) => feed.read(query), clock, random });
  const common = { issuer: tokenIssuer, keys, clock };
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

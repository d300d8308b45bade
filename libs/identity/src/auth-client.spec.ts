import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MusterError, type ServiceTokenRequest } from '@muster/contracts';
import type { OutgoingCall, OutgoingCalls } from '@muster/platform';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';
import { AuthClient } from './auth-client.js';
import { JoinKeys } from './join-keys.js';
import { tokenIssuer } from './token-issuer.js';

const joinKey = 'k'.repeat(43);

/** The routes of auth without HTTP, at several addresses of which some may be away. */
class AuthWithoutHttp implements OutgoingCalls {
  readonly away = new Set<string>();
  readonly asked: string[] = [];

  constructor(private readonly identity: IdentityUnderTest) {}

  async json<T>({ url, body, bearer }: OutgoingCall): Promise<T> {
    const { host, pathname, searchParams } = new URL(url);
    this.asked.push(`${host}${pathname}`);
    if (this.away.has(host)) throw new MusterError('upstream-unavailable', `${host} is away`);
    return (await this.answer(pathname, searchParams, { body, bearer })) as T;
  }

  stream(): never {
    throw new TypeError('auth has no streams');
  }

  plain(): never {
    throw new TypeError('auth speaks JSON');
  }

  private async answer(path: string, query: URLSearchParams, { body, bearer }: { body?: unknown; bearer?: string }) {
    const { admission, signingKeys, feed, apiTokens, authenticator } = this.identity;
    if (path.endsWith('/service-tokens')) return admission.admit(body as ServiceTokenRequest, '192.0.2.1');
    if (path.endsWith('/jwks')) return signingKeys.publicKeySet();
    await authenticator.service(bearer ?? '');
    if (path.endsWith('/verify')) return apiTokens.verify((body as { token: string }).token);
    const feedId = query.get('feed');
    return feed.read(feedId === null ? {} : { feed: feedId, after: Number(query.get('after')) });
  }
}

describe('AuthClient', () => {
  let identity: IdentityUnderTest;
  let auth: AuthWithoutHttp;
  let client: AuthClient;
  const clientWith = (change: { joinKey?: string; authUrls?: string[] } = {}): AuthClient => {
    const { clock, random } = identity;
    const authUrls = ['http://one', 'http://two'];
    const own = { role: 'relay' as const, instanceId: 'svc_1', joinKey, issuer: tokenIssuer };
    return new AuthClient({ authUrls, calls: auth, clock, random, ...own, ...change });
  };
  beforeEach(async () => {
    identity = await startIdentity(new JoinKeys(new Map([['relay', [joinKey]]])));
    auth = new AuthWithoutHttp(identity);
    client = clientWith();
    await identity.createUser('olga', 'operator');
  });
  afterEach(() => identity.close());
  const login = () => identity.logins.login({ username: 'olga', password: 'olga-password' }, '192.0.2.1');

  it('knows users by their tokens, API tokens and services, and keeps them apart', async () => {
    const { accessToken } = await login();
    const olga = await client.authenticator.user(accessToken);
    const wanted = { name: 'ci', scopes: ['queue:read' as const], expiresInMs: 60_000 };
    const { token } = await identity.apiTokens.create(olga, wanted, '192.0.2.1');
    expect((await client.authenticator.user(token)).permissions).toEqual(new Set(['queue:read']));
    const own = await client.identity.token();
    expect(await client.authenticator.service(own)).toMatchObject({ role: 'relay', instanceId: 'svc_1' });
    await expect(client.authenticator.user(own)).rejects.toMatchObject({ code: 'not-authenticated' });
    await expect(client.authenticator.service(accessToken)).rejects.toMatchObject({ code: 'not-authenticated' });
  });

  it('asks auth nothing for a token that it can verify itself', async () => {
    const { accessToken } = await login();
    await client.revocations.follow();
    await client.authenticator.user(accessToken);
    auth.away.add('one').add('two');
    await expect(client.authenticator.user(accessToken)).resolves.toMatchObject({ username: 'olga' });
  });

  it('hears of revocations from the feed, page after page', async () => {
    const { accessToken, user } = await login();
    await client.revocations.follow();
    await client.authenticator.user(accessToken);
    await identity.users.change(user.id, { disabled: true });
    await client.revocations.follow();
    await expect(client.authenticator.user(accessToken)).rejects.toMatchObject({ code: 'token-expired' });
  });

  it('goes on with another replica when one is away, and stays with it', async () => {
    auth.away.add('one');
    await client.revocations.follow();
    await client.revocations.follow();
    expect(auth.asked.filter((call) => call.startsWith('one'))).toHaveLength(1);
    auth.away.add('two');
    await expect(client.revocations.follow()).rejects.toMatchObject({ code: 'upstream-unavailable' });
  });

  it('says what is missing: a right join key, an address', async () => {
    const stranger = clientWith({ joinKey: 'x'.repeat(43) });
    await expect(stranger.identity.token()).rejects.toMatchObject({ code: 'wrong-credentials' });
    await expect(clientWith({ authUrls: [] }).identity.token()).rejects.toMatchObject({
      code: 'upstream-unavailable',
      detail: 'no address of auth is configured',
    });
  });
});

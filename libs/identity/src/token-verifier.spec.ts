import { SignJWT, generateKeyPair, exportJWK, type JWTPayload } from 'jose';
import { createSecretKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';
import { tokenIssuer } from './token-issuer.js';
import { serviceTokens, userTokens } from './token-kinds.js';
import { TokenVerifier } from './token-verifier.js';

let identity: IdentityUnderTest;
let verifier: TokenVerifier<ReturnType<typeof userTokens.read>>;
const facts = {
  userId: 'usr_1',
  username: 'ada',
  role: 'operator',
  loginId: 'lgn_1',
  version: 3,
  feed: { id: 'feed', number: 7 },
} as const;

beforeAll(async () => {
  identity = await startIdentity();
  verifier = new TokenVerifier({
    kind: userTokens,
    issuer: tokenIssuer,
    keys: identity.signingKeys,
    clock: identity.clock,
  });
});
afterAll(() => identity.close());

/** A token that is right in every respect, but for what a test changes. */
async function forged(change: { header?: object; claims?: JWTPayload; key?: Parameters<SignJWT['sign']>[0] }) {
  const { keyId, privateKey } = identity.signingKeys.current();
  const now = Math.floor(identity.clock.nowMs() / 1000);
  const claims = {
    name: 'ada',
    role: 'admin',
    sid: 'lgn_1',
    ver: 1,
    fid: 'feed',
    fno: 0,
    iss: tokenIssuer,
    aud: 'muster',
  };
  const times = { sub: 'usr_1', jti: 'j', iat: now, exp: now + 600 };
  return new SignJWT({ ...claims, ...times, ...change.claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: userTokens.type, kid: keyId, ...change.header })
    .sign(change.key ?? privateKey);
}

const refused = { code: 'not-authenticated' };

describe('TokenVerifier', () => {
  it('reads the user from a token that auth issued', async () => {
    const { token, expiresAtMs } = await identity.issuer.issueForUser(facts);
    expect(await verifier.verify(token)).toMatchObject({
      kind: 'user',
      userId: 'usr_1',
      username: 'ada',
      role: 'operator',
      tokenVersion: 3,
      credential: { kind: 'login', loginId: 'lgn_1', feedId: 'feed', feedNumber: 7 },
      expiresAtMs,
    });
  });

  it('accepts the well-formed token that the refusals below are made of', async () => {
    await expect(verifier.verify(await forged({}))).resolves.toMatchObject({ role: 'admin' });
  });

  it('refuses a token that has ended, also one that it has verified before', async () => {
    const { token } = await identity.issuer.issueForUser(facts);
    await verifier.verify(token);
    await identity.clock.advance(611_000);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'token-expired' });
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'token-expired' });
  });

  it('refuses a service token where a user is needed, and the other way round', async () => {
    const service = await identity.issuer.issueForService('relay', 'svc_1');
    const user = await identity.issuer.issueForUser(facts);
    const internal = new TokenVerifier({
      kind: serviceTokens,
      issuer: tokenIssuer,
      keys: identity.signingKeys,
      clock: identity.clock,
    });
    await expect(verifier.verify(service.token)).rejects.toMatchObject(refused);
    await expect(internal.verify(user.token)).rejects.toMatchObject(refused);
    await expect(internal.verify(service.token)).resolves.toMatchObject({ role: 'relay', instanceId: 'svc_1' });
  });

  it.each<[string, Parameters<typeof forged>[0]]>([
    ['of another issuer', { claims: { iss: 'https://elsewhere.test' } }],
    ['for another audience', { claims: { aud: 'muster-internal' } }],
    ['for several audiences', { claims: { aud: ['muster', 'muster-internal'] } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['without a key id', { header: { kid: undefined } }],
    ['with a key id that is no text', { header: { kid: 7 } }],
    ['with an unknown key id', { header: { kid: 'another' } }],
    ['without an end', { claims: { exp: undefined } }],
    ['without an id', { claims: { jti: undefined } }],
    ['not valid yet', { claims: { nbf: 4_000_000_000 } }],
    ['with an unknown role', { claims: { role: 'root' } }],
    ['with a version that is text', { claims: { ver: '9' } }],
    ['without a login', { claims: { sid: undefined } }],
    ['with a user id that is a list', { claims: { sub: ['usr_1'] as never } }],
  ])('refuses a signed token %s', async (_name, change) => {
    await expect(verifier.verify(await forged(change))).rejects.toMatchObject(refused);
  });

  it("refuses a token that another installation's key signed under our key id", async () => {
    const { privateKey } = await generateKeyPair('EdDSA');
    await expect(verifier.verify(await forged({ key: privateKey }))).rejects.toMatchObject(refused);
  });

  it('refuses alg none', async () => {
    const [, payload] = (await forged({})).split('.');
    const { keyId } = identity.signingKeys.current();
    const header = Buffer.from(JSON.stringify({ alg: 'none', typ: userTokens.type, kid: keyId })).toString('base64url');
    await expect(verifier.verify(`${header}.${payload}.`)).rejects.toMatchObject(refused);
  });

  it('refuses HS256 with our public key as the secret', async () => {
    const { keyId } = identity.signingKeys.current();
    const publicKey = await identity.signingKeys.find(keyId);
    const jwk = await exportJWK(publicKey!);
    const secret = createSecretKey(Buffer.from(jwk.x!, 'base64url'));
    await expect(verifier.verify(await forged({ header: { alg: 'HS256' }, key: secret }))).rejects.toMatchObject(
      refused,
    );
  });

  it('refuses a token with a changed claim, a cut one, an endless one and none', async () => {
    const token = await forged({});
    const [header, payload, signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'usr_2' })).toString('base64url');
    for (const wrong of [
      `${header}.${changed}.${signature}`,
      token.slice(0, -4),
      token + 'x'.repeat(5000),
      '',
      'a.b.c',
    ])
      await expect(verifier.verify(wrong)).rejects.toMatchObject(refused);
  });

  it('keeps a bounded number of verified tokens', async () => {
    let checks = 0;
    const keys = {
      find: (keyId: string) => {
        checks += 1;
        return identity.signingKeys.find(keyId);
      },
    };
    const small = new TokenVerifier({ kind: userTokens, issuer: tokenIssuer, keys, clock: identity.clock, maxKept: 2 });
    const tokens = await Promise.all([forged({}), forged({ claims: { jti: 'b' } }), forged({ claims: { jti: 'c' } })]);
    for (const token of tokens) await small.verify(token);
    await small.verify(tokens[2]);
    expect(checks).toBe(3);
    await small.verify(tokens[0]);
    expect(checks).toBe(4);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';
import { Sealing } from './sealing.js';
import { SigningKeys } from './signing-keys.js';

const dayMs = 24 * 3_600_000;

describe('SigningKeys', () => {
  let identity: IdentityUnderTest;
  beforeEach(async () => {
    identity = await startIdentity();
  });
  afterEach(() => identity.close());
  const replica = (sealing = identity.sealing): SigningKeys => new SigningKeys(identity.store, sealing, identity.clock);

  it('has nothing to sign with before it was loaded', () => {
    expect(() => replica().current()).toThrow(expect.objectContaining({ code: 'not-ready' }));
  });

  it('is the same in all replicas, also when they make the first key at the same moment', async () => {
    const fresh = await startIdentity();
    const replicas = Array.from({ length: 4 }, () => new SigningKeys(fresh.store, fresh.sealing, fresh.clock));
    await Promise.all(replicas.map((keys) => keys.refresh()));
    const keyIds = replicas.map((keys) => keys.current().keyId);
    expect(new Set([...keyIds, fresh.signingKeys.current().keyId]).size).toBe(1);
    await fresh.close();
  });

  it('publishes public keys only', () => {
    const { keys } = identity.signingKeys.publicKeySet();
    expect(keys).toEqual([
      { kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: expect.any(String), alg: 'EdDSA', use: 'sig' },
    ]);
  });

  it('publishes the next key before it signs, and the last one until its tokens have ended', async () => {
    const { signingKeys: keys, clock } = identity;
    const published = (): number => keys.publicKeySet().keys.length;
    const first = keys.current().keyId;
    await clock.advance(30 * dayMs - 7_200_000);
    await keys.refresh();
    expect([published(), keys.current().keyId]).toEqual([2, first]);
    await clock.advance(7_200_000);
    await keys.refresh();
    const second = keys.current().keyId;
    expect(second).not.toBe(first);
    expect(await keys.find(first)).toBeDefined();
    await clock.advance(14_400_000);
    await keys.refresh();
    expect([published(), await keys.find(first)]).toEqual([1, undefined]);
    expect(keys.current().keyId).toBe(second);
  });

  it('keeps the private half sealed: with another installation key it cannot be loaded', async () => {
    const other = replica(new Sealing(Buffer.alloc(32, 1).toString('base64url')));
    await expect(other.refresh()).rejects.toMatchObject({ code: 'cannot-open' });
  });
});

import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '@muster/testing';
import { RemoteKeys, importPublicKey } from './key-sources.js';

async function keySet(...keyIds: string[]): Promise<JSONWebKeySet> {
  const { publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { keys: keyIds.map((kid) => ({ ...jwk, kid })) };
}

describe('RemoteKeys', () => {
  let clock: FakeClock;
  let answer: () => Promise<JSONWebKeySet>;
  let reads: number;
  let keys: RemoteKeys;
  beforeEach(() => {
    clock = new FakeClock();
    reads = 0;
    answer = () => keySet('one');
    keys = new RemoteKeys(() => {
      reads += 1;
      return answer();
    }, clock);
  });
  const away = async (): Promise<never> => {
    throw new TypeError('nobody answers');
  };

  it('reads the key set once for many questions', async () => {
    await Promise.all([keys.find('one'), keys.find('one'), keys.find('one')]);
    expect(await keys.find('one')).toBeDefined();
    expect(reads).toBe(1);
  });

  it('reads again for an unknown key, but not more often than every few seconds', async () => {
    await keys.find('one');
    await clock.advance(5000);
    answer = () => keySet('one', 'two');
    expect(await keys.find('two')).toBeDefined();
    expect(await keys.find('invented')).toBeUndefined();
    expect(await keys.find('invented too')).toBeUndefined();
    expect(reads).toBe(2);
  });

  it('drops a key that is not published any more', async () => {
    await keys.find('one');
    answer = () => keySet('two');
    await clock.advance(300_001);
    await keys.find('two');
    expect(await keys.find('one')).toBeUndefined();
  });

  it('goes on with known keys while auth is away, but not for ever', async () => {
    await keys.find('one');
    answer = away;
    await clock.advance(600_000);
    expect(await keys.find('one')).toBeDefined();
    await clock.advance(3_600_000);
    await expect(keys.find('one')).rejects.toMatchObject({ code: 'upstream-unavailable' });
  });

  it('says that auth is away rather than that a key is unknown', async () => {
    answer = away;
    await expect(keys.find('one')).rejects.toMatchObject({ code: 'upstream-unavailable', retryAfterMs: 1000 });
  });
});

describe('a public key', () => {
  it('is refused when it is of another kind or has its private half', async () => {
    const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
    await expect(importPublicKey(await exportJWK(privateKey))).rejects.toThrow(TypeError);
    await expect(importPublicKey({ kty: 'oct', k: 'c2VjcmV0' })).rejects.toThrow(TypeError);
  });
});

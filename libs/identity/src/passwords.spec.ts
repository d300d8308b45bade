import { describe, expect, it } from 'vitest';
import { cheapPasswords } from '@muster/testing';
import { Passwords } from './passwords.js';

describe('Passwords', () => {
  const passwords = new Passwords(cheapPasswords);

  it('keeps a salted argon2id hash, never the password', async () => {
    const [one, other] = await Promise.all([passwords.hash('open sesame'), passwords.hash('open sesame')]);
    expect(one).toMatch(/^\$argon2id\$/);
    expect(one).not.toBe(other);
    expect(await passwords.matches(one, 'open sesame')).toBe(true);
    expect(await passwords.matches(one, 'open sesamE')).toBe(false);
  });

  it('does the same work for an unknown user, and refuses even the password behind that work', async () => {
    expect(await passwords.matches(undefined, 'nobody has this password')).toBe(false);
  });

  it('refuses a password that is too short', async () => {
    await expect(passwords.hash('seven77')).rejects.toMatchObject({ code: 'invalid-request' });
  });

  it('computes at most so many hashes at once and refuses what would wait too long a line', async () => {
    const narrow = new Passwords({ ...cheapPasswords, maxParallel: 1, maxWaiting: 2 });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => narrow.hash('open sesame')));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(results[4]).toMatchObject({ reason: { code: 'too-many-requests', retryAfterMs: 1000 } });
    await expect(narrow.hash('open sesame')).resolves.toMatch(/^\$argon2id/);
  });

  it('knows a hash that was made with other costs', async () => {
    const kept = await passwords.hash('open sesame');
    expect(await passwords.isOutdated(kept)).toBe(false);
    expect(await new Passwords({ ...cheapPasswords, passes: 3 }).isOutdated(kept)).toBe(true);
  });
});

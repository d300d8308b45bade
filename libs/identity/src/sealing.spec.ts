import { describe, expect, it } from 'vitest';
import { testInstallationKey } from '@muster/testing';
import { Sealing } from './sealing.js';

describe('Sealing', () => {
  const sealing = new Sealing(testInstallationKey);
  const cannotOpen = expect.objectContaining({ code: 'cannot-open' });

  it('opens what it sealed, and seals the same secret differently each time', () => {
    const sealed = sealing.seal('secret', 'here');
    expect(sealing.open(sealed, 'here')).toBe('secret');
    expect(sealed).not.toContain('secret');
    expect(sealing.seal('secret', 'here')).not.toBe(sealed);
  });

  it('does not open for another place, with another key, or what was changed or cut', () => {
    const sealed = sealing.seal('secret', 'here');
    const other = new Sealing(Buffer.alloc(32, 8).toString('base64url'));
    const changed = sealed.slice(0, 10) + (sealed[10] === 'A' ? 'B' : 'A') + sealed.slice(11);
    expect(() => sealing.open(sealed, 'there')).toThrow(cannotOpen);
    expect(() => other.open(sealed, 'here')).toThrow(cannotOpen);
    expect(() => sealing.open(changed, 'here')).toThrow(cannotOpen);
    expect(() => sealing.open(sealed.slice(0, 20), 'here')).toThrow(cannotOpen);
    expect(() => sealing.open(`v2${sealed.slice(2)}`, 'here')).toThrow(cannotOpen);
  });

  it('refuses a key that is not 32 bytes', () => {
    expect(() => new Sealing('too short')).toThrow(expect.objectContaining({ code: 'invalid-key' }));
  });

  it('makes codes that mean nothing for another purpose', () => {
    expect(sealing.code('one', 'text')).toBe(sealing.code('one', 'text'));
    expect(sealing.code('one', 'text')).not.toBe(sealing.code('two', 'text'));
  });
});

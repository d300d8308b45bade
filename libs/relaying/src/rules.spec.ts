import { describe, expect, it } from 'vitest';
import { MusterError } from '@muster/contracts';
import { backOffMs } from './back-off.js';
import { closingOf } from './closing.js';
import { isOriginAllowed } from './origin.js';
import { readClientFrame } from './read-client-frame.js';

describe('an origin', () => {
  it('is the public address unless others are named; this computer has several names', () => {
    const publicUrl = 'http://127.0.0.1:8600';
    const asked = [
      'http://127.0.0.1:8600',
      'http://localhost:8600',
      undefined,
      'http://localhost:1',
      'null',
      'https://127.0.0.1:8600',
    ];
    expect(asked.map((origin) => isOriginAllowed(origin, [], publicUrl))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    const allowed = ['https://app.example'];
    expect(isOriginAllowed('https://app.example', allowed, publicUrl)).toBe(true);
    expect(isOriginAllowed('https://app.example.evil.example', allowed, publicUrl)).toBe(false);
    expect(isOriginAllowed(publicUrl, allowed, publicUrl)).toBe(false);
  });
});

describe('a refusal', () => {
  it.each([
    ['ticket-invalid', 4401],
    ['token-expired', 4401],
    ['not-allowed', 4403],
    ['session-ended', 4404],
    ['unknown-session', 4404],
    ['upstream-unavailable', 4503],
    ['stale', 4503],
    ['not-authenticated', 4503],
  ] as const)('by %s closes with %i', (code, closing) => {
    expect(closingOf(new MusterError(code, 'x')).code).toBe(closing);
  });

  it('for an unknown reason asks to come back later', () => {
    expect(closingOf(new TypeError('x')).code).toBe(4503);
  });
});

describe('waits between attempts', () => {
  it('double up to the longest, half of each by chance', () => {
    const settings = { retryFirstMs: 100, retryLongestMs: 1000 };
    const waits = [0, 1, 2, 9, 1e6].map((attempt) =>
      backOffMs(attempt, settings, { next: () => 0.5, secret: () => '' }),
    );
    expect(waits).toEqual([75, 150, 300, 750, 750]);
  });
});

describe("a client's frame", () => {
  it('is read as far as it is needed to pass it on', () => {
    const text = '{"kind":"req","role":"solver","incarnation":1,"seq":4,"id":"r","action":"x","body":[}';
    expect(readClientFrame(text)).toMatchObject({
      kind: 'frame',
      frame: { kind: 'data', head: { role: 'solver', seq: 4 }, text },
    });
    expect(readClientFrame('{"kind":"ping","nonce":"n"}')).toEqual({ kind: 'ping', nonce: 'n' });
    expect(readClientFrame('{"kind":"ack","role":"solver","incarnation":1,"received":3,"credit":9}')).toMatchObject({
      kind: 'frame',
      frame: { kind: 'ack', frame: { received: 3, credit: 9 } },
    });
  });

  it.each(['', '[]', '{"kind":"welcome"}', '{"kind":"client-gone","client":"x"}', '{"kind":"req","role":"solver"}'])(
    'is malformed: %s',
    (text) => expect(readClientFrame(text).kind).toBe('malformed'),
  );
});

import { describe, expect, it } from 'vitest';
import { upstreamOf } from './routes.js';

describe('the front door', () => {
  it.each([
    ['/', 'console'],
    ['/docs', 'console'],
    ['/v1/auth/login', 'auth'],
    ['/.well-known/jwks.json', 'auth'],
    ['/v1/sessions', 'global-session'],
    ['/v1/sessions/ses_1/events', 'global-session'],
    ['/v1/sessionsx', 'console'],
    ['/v1/nodes/nod_1/drain', 'global-directory'],
    ['/v1/connect', 'relay'],
  ])('sends %s to %s', (path, upstream) => {
    expect(upstreamOf(path)).toBe(upstream);
  });
});

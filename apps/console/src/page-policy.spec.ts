import { describe, expect, it } from 'vitest';
import { pagePolicy } from './page-policy.js';

const connects = (publicUrl: string): string => /connect-src ([^;]*)/.exec(pagePolicy(publicUrl))![1]!;

describe('the policy of the page', () => {
  it('allows no script, style or markup but that of its own files', () => {
    const policy = pagePolicy('https://muster.example.org');
    expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  it.each([
    ['https://muster.example.org', "'self' wss://muster.example.org"],
    ['http://10.0.0.7:8600', "'self' ws://10.0.0.7:8600"],
    ['http://[fd00::7]:8600', "'self'"],
    ['http://127.0.0.1:8600', "'self' ws://localhost:8600 ws://127.0.0.1:8600"],
    ['http://[::1]:8600/', "'self' ws://localhost:8600 ws://127.0.0.1:8600"],
  ])('lets the page of %s connect to %s', (publicUrl, sources) => {
    expect(connects(publicUrl)).toBe(sources);
  });
});

import { expect, it } from 'vitest';
import { RequestKeys } from './request-keys.js';

it('keeps its key while the same is asked for, and takes another for something else', () => {
  const keys = new RequestKeys();
  const first = keys.of({ type: 'lab' });
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(keys.of({ type: 'lab' })).toBe(first);
  expect(keys.of({ type: 'lab', project: 'a' })).not.toBe(first);
});

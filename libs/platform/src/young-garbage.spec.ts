import { expect, it } from 'vitest';
import { YoungGarbage } from './young-garbage.js';

it('collects each time that so many bytes have gone through, and makes its collector when it is first needed', () => {
  const done: unknown[] = [];
  const garbage = new YoungGarbage(100, () => {
    done.push('made');
    return (how) => done.push(how.type);
  });
  for (const bytes of [60, 39, 1, 99, 1, 250]) garbage.grew(bytes);
  expect(done).toEqual(['made', 'minor', 'minor', 'minor']);
});

it('frees buffers by the collector of this V8', () => {
  const before = process.memoryUsage().arrayBuffers;
  const garbage = new YoungGarbage(64 * 1024 * 100);
  for (let left = 300; left > 0; left -= 1) {
    Buffer.allocUnsafe(64 * 1024).fill(1);
    garbage.grew(64 * 1024);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 200);
});

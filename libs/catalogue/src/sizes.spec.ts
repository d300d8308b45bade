import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertSizes, parseBytes, parseMillis } from './sizes.js';

describe('sizes in YAML files', () => {
  it.each([
    ['256Mi', 268_435_456],
    ['2Gi', 2_147_483_648],
    ['1.5Gi', 1_610_612_736],
    ['64Ki', 65_536],
    ['2G', 2_000_000_000],
  ])('reads %s as %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['256', '256MiB', '-1Gi', 'Mi', '1 Gi', ''])('does not read "%s" as a size', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });

  it('reads 500m as half a core', () => {
    expect([parseMillis('500m'), parseMillis('0.5'), parseMillis('m')]).toEqual([500, undefined, undefined]);
  });

  it('keeps every whole number of mebibytes exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 }), (count) => parseBytes(`${count}Mi`) === count * 2 ** 20),
    );
  });

  it('converts inside hardware, of roles too, and leaves other texts alone', () => {
    const entry = {
      name: '2Gi',
      settings: { cacheBytes: '1Gi' },
      hardware: { cpuMillis: '500m', gpu: { memoryBytes: '2Gi', model: '80G' }, labels: { diskBytes: '1Ti' } },
      roles: { solver: { hardware: { diskBytes: '1Ki' } } },
    };
    expect(convertSizes(entry)).toEqual([]);
    expect(entry).toEqual({
      name: '2Gi',
      settings: { cacheBytes: '1Gi' },
      hardware: { cpuMillis: 500, gpu: { memoryBytes: 2 * 2 ** 30, model: '80G' }, labels: { diskBytes: '1Ti' } },
      roles: { solver: { hardware: { diskBytes: 1024 } } },
    });
  });

  it('names what is not a size', () => {
    expect(convertSizes({ hardware: { memoryBytes: 'lots' } })).toEqual([
      { member: 'hardware.memoryBytes', reason: 'is not a size: "lots"', fix: 'write bytes: 268435456 or 256Mi' },
    ]);
  });
});

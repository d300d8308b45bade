import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPool, freeSubnets } from './subnet-choice.js';

const pool = { pool: '10.210.0.0/24', prefix: 26 };
const first = (taken: string[], of = pool): string | undefined => freeSubnets(of, taken).next().value ?? undefined;

describe("the subnet of a session's network", () => {
  it.each<[string, string[], string | undefined]>([
    ['is the first of the pool', [], '10.210.0.0/26'],
    ['is the next where that is taken', ['10.210.0.0/26'], '10.210.0.64/26'],
    ['leaves no gap', ['10.210.0.0/26', '10.210.0.128/26'], '10.210.0.64/26'],
    ['keeps away from larger networks', ['10.210.0.0/25'], '10.210.0.128/26'],
    ['keeps away from smaller ones', ['10.210.0.63/32', '10.210.0.64/30'], '10.210.0.128/26'],
    ['keeps away from a network that is named by one of its addresses', ['10.210.0.5/25'], '10.210.0.128/26'],
    ['does not care for other networks', ['172.17.0.0/16', '10.211.0.0/24', 'fd00::/64', ''], '10.210.0.0/26'],
    ['does not exist in a pool that is taken', ['10.0.0.0/8'], undefined],
    ['does not exist in a pool that is used up', ['10.210.0.0/25', '10.210.0.128/25'], undefined],
  ])('%s', (_, taken, chosen) => {
    expect(first(taken)).toBe(chosen);
  });

  it('shares no address with another, until all of the pool is taken', () => {
    const prefixes = fc.integer({ min: 20, max: 29 });
    fc.assert(
      fc.property(prefixes, prefixes, fc.nat(), (poolPrefix, subnetPrefix, seed) => {
        const prefix = Math.max(poolPrefix, subnetPrefix);
        const size = 2 ** (32 - poolPrefix);
        const start = (seed % 2 ** (poolPrefix - 8)) * size;
        const base = `10.${(start >> 16) & 255}.${(start >> 8) & 255}.${start & 255}`;
        const own = { pool: `${base}/${poolPrefix}`, prefix };
        checkPool(own);
        const chosen: string[] = [];
        for (let next = first([], own); next !== undefined; next = first(chosen, own)) chosen.push(next);
        expect(new Set(chosen).size).toBe(2 ** (prefix - poolPrefix));
      }),
    );
  });

  it.each([
    ['10.210.0.0', 26],
    ['10.210.0.1/16', 26],
    ['10.256.0.0/16', 26],
    ['fd00::/64', 80],
    ['10.210.0.0/33', 33],
    ['10.210.0.0/16', 15],
    ['10.210.0.0/16', 30],
  ])('cannot come from %s by /%i', (written, prefix) => {
    expect(() => checkPool({ pool: written, prefix })).toThrow(expect.objectContaining({ code: 'invalid-spec' }));
  });
});

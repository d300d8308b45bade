import { expect, it } from 'vitest';
import { forwardedHeaders, networksOf } from './forwarded.js';

const headers = {
  host: 'door.example',
  'x-forwarded-for': '198.51.100.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'muster.example',
};
const ofIngress = (peer: string): Record<string, string> => ({
  'x-forwarded-for': `198.51.100.7, ${peer}`,
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'muster.example',
});

it.each([
  ['an address', ['10.1.0.4'], '10.1.0.4'],
  ['a network', ['10.1.0.0/16'], '10.1.0.4'],
  ['a network, of a listener for both families', ['10.1.0.0/16'], '::ffff:10.1.0.4'],
  ['a network of IPv6', ['fd00::/8'], 'fd00::4'],
])('passes on what a proxy says that is trusted by %s', (_, trusted, peer) => {
  expect(forwardedHeaders({ headers, peer, secure: false }, networksOf(trusted))).toEqual(ofIngress(peer));
});

it.each([
  ['nobody', []],
  ['others', ['10.1.0.0/16', 'fd00::/8']],
])('tells the connection alone where %s is trusted, whatever a client says of itself', (_, trusted) => {
  expect(forwardedHeaders({ headers, peer: '203.0.113.9', secure: true }, networksOf(trusted))).toEqual({
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'door.example',
  });
});

it('tells the connection of a trusted proxy that says nothing', () => {
  expect(
    forwardedHeaders({ headers: { host: 'a' }, peer: '10.1.0.4', secure: false }, networksOf(['10.1.0.4'])),
  ).toEqual({
    'x-forwarded-for': '10.1.0.4',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'a',
  });
});

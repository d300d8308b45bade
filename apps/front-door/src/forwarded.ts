import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

export interface ForwardedSource {
  headers: IncomingHttpHeaders;
  /** Of the connection. */
  peer: string;
  /** Whether the connection is TLS. */
  secure: boolean;
}

/** Addresses, and networks like `10.0.0.0/8`, to look up an address in. */
export function networksOf(texts: readonly string[]): BlockList {
  const networks = new BlockList();
  for (const text of texts) {
    const [address = '', prefix] = text.split('/');
    const family = familyOf(address);
    if (prefix === undefined) networks.addAddress(address, family);
    else networks.addSubnet(address, Number(prefix), family);
  }
  return networks;
}

/**
 * The X-Forwarded headers for the services behind: those of a trusted proxy with its own address added, else made of the
 * connection alone, so that nobody else can say that he is somebody else. Pure.
 */
export function forwardedHeaders(
  { headers, peer, secure }: ForwardedSource,
  trusted: BlockList,
): Record<string, string> {
  const known = (name: string): string | undefined => (trusts(trusted, peer) ? textOf(headers[name]) : undefined);
  const before = known('x-forwarded-for');
  return {
    'x-forwarded-for': before === undefined ? peer : `${before}, ${peer}`,
    'x-forwarded-proto': known('x-forwarded-proto') ?? (secure ? 'https' : 'http'),
    'x-forwarded-host': known('x-forwarded-host') ?? headers.host ?? '',
  };
}

function trusts(trusted: BlockList, peer: string): boolean {
  // A listener for both families shows IPv4 so.
  const plain = peer.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(plain) !== 0 && trusted.check(plain, familyOf(plain));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function textOf(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text === undefined || text.trim() === '' ? undefined : text;
}

import { lookup } from 'node:dns/promises';

/** The addresses of a host name, as numbers. */
export type HostLookup = (host: string) => Promise<{ address: string; family: number }[]>;

const systemLookup: HostLookup = (host) => lookup(host, { all: true });

/**
 * The address of every replica behind configured addresses: a name that stands for several computers becomes one address
 * each. A name that cannot be resolved now, or stands for one, stays as it is.
 */
export async function replicaAddresses(
  configured: readonly string[],
  resolve: HostLookup = systemLookup,
): Promise<string[]> {
  const each = configured.map(async (address) => {
    const url = new URL(address);
    if (url.protocol !== 'http:') return [address];
    const found = await resolve(url.hostname.replace(/^\[|\]$/g, '')).catch(() => []);
    // One computer may have an address of either family: one family is enough.
    const family = found.some((one) => one.family === 4) ? 4 : 6;
    const replicas = found.filter((one) => one.family === family);
    return replicas.length < 2 ? [address] : replicas.map((one) => withHost(url, one.address));
  });
  return [...new Set((await Promise.all(each)).flat())];
}

function withHost(url: URL, host: string): string {
  const replica = new URL(url);
  replica.hostname = host.includes(':') ? `[${host}]` : host;
  return replica.href.replace(/\/+$/, '');
}

import { isIPv6 } from 'node:net';
import { MusterError } from '@muster/contracts';
import type { Clock } from '@muster/platform';

export interface LoginThrottleSettings {
  /** Wrong passwords of one (user, source) before it has to wait. */
  freeFailures: number;
  /** The first wait; each further failure doubles it. */
  firstWaitMs: number;
  maxWaitMs: number;
  /** A (user, source) that was quiet so long begins anew. */
  forgetAfterMs: number;
  /** Failures of one source, whatever the names, per `sourceWindowMs`. */
  sourceFailures: number;
  sourceWindowMs: number;
  /** Pairs and sources remembered; the longest quiet are forgotten first. */
  maxRemembered: number;
}

export const defaultLoginThrottle: LoginThrottleSettings = {
  freeFailures: 10,
  firstWaitMs: 1000,
  maxWaitMs: 300_000,
  forgetAfterMs: 900_000,
  sourceFailures: 50,
  sourceWindowMs: 60_000,
  maxRemembered: 20_000,
};

interface Pair {
  failures: number;
  blockedUntilMs: number;
  lastMs: number;
}

interface Bucket {
  left: number;
  atMs: number;
}

/** Ends one attempt well: it then counts as none. An attempt that never ends counts as a failure. */
export type Succeeded = () => void;

/**
 * Slows down guessing by (user, source) and by source. An attempt counts as failed from its beginning, so that many at once
 * gain nothing. It never locks a user out for other sources. In memory: each replica of auth counts for itself.
 */
export class LoginThrottle {
  private readonly pairs = new Map<string, Pair>();
  private readonly sources = new Map<string, Bucket>();

  constructor(
    private readonly clock: Clock,
    private readonly settings: LoginThrottleSettings = defaultLoginThrottle,
  ) {}

  /** Throws `too-many-requests` with the time to wait. */
  begin(user: string, source: string): Succeeded {
    const nowMs = this.clock.monotonicMs();
    const network = networkOf(source);
    const key = `${network} ${user.toLowerCase()}`;
    const pair = this.pairAt(key, nowMs);
    const bucket = this.bucketAt(network, nowMs);
    if (nowMs < pair.blockedUntilMs) throw tooMany(pair.blockedUntilMs - nowMs);
    const perFailureMs = this.settings.sourceWindowMs / this.settings.sourceFailures;
    if (bucket.left < 1) throw tooMany((1 - bucket.left) * perFailureMs);
    this.remember(this.pairs, key, this.failed(pair, nowMs));
    this.remember(this.sources, network, { left: bucket.left - 1, atMs: nowMs });
    return () => this.succeeded(key, network);
  }

  private succeeded(key: string, network: string): void {
    this.pairs.delete(key);
    const bucket = this.sources.get(network);
    if (bucket !== undefined) bucket.left = Math.min(this.settings.sourceFailures, bucket.left + 1);
  }

  private pairAt(key: string, nowMs: number): Pair {
    const pair = this.pairs.get(key);
    const forgotten = pair === undefined || nowMs - pair.lastMs > this.settings.forgetAfterMs;
    return forgotten ? { failures: 0, blockedUntilMs: 0, lastMs: nowMs } : pair;
  }

  private bucketAt(network: string, nowMs: number): Bucket {
    const { sourceFailures, sourceWindowMs } = this.settings;
    const bucket = this.sources.get(network);
    if (bucket === undefined) return { left: sourceFailures, atMs: nowMs };
    const refilled = bucket.left + ((nowMs - bucket.atMs) * sourceFailures) / sourceWindowMs;
    return { left: Math.min(sourceFailures, refilled), atMs: nowMs };
  }

  private failed(pair: Pair, nowMs: number): Pair {
    const { freeFailures, firstWaitMs, maxWaitMs } = this.settings;
    const failures = pair.failures + 1;
    const doublings = failures - freeFailures;
    const waitMs = doublings < 0 ? 0 : Math.min(maxWaitMs, firstWaitMs * 2 ** Math.min(doublings, 30));
    return { failures, blockedUntilMs: nowMs + waitMs, lastMs: nowMs };
  }

  private remember<T>(memory: Map<string, T>, key: string, value: T): void {
    memory.delete(key);
    memory.set(key, value);
    const oldest = memory.size > this.settings.maxRemembered ? memory.keys().next().value : undefined;
    if (oldest !== undefined) memory.delete(oldest);
  }
}

/** One subscriber has a whole /64 of IPv6 addresses: they count as one source. */
function networkOf(source: string): string {
  const address = source.replace(/^::ffff:(?=\d+\.)/i, '').slice(0, 64);
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').filter((group) => group !== '').length;
  const full = [...groups, ...Array<string>(missing).fill('0'), ...(tail ?? '').split(':')];
  return full.slice(0, 4).join(':');
}

function tooMany(waitMs: number): MusterError {
  return new MusterError('too-many-requests', 'too many failed logins: wait before the next', {
    retryAfterMs: Math.ceil(waitMs),
  });
}

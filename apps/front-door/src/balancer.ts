import { replicaAddresses } from '@muster/platform';

/** The addresses behind configured ones; see replicaAddresses. */
export type ReplicaLookup = (configured: readonly string[]) => Promise<string[]>;

const avoidMs = 2000;
const lookupMs = 1000;

/**
 * Takes the addresses of a service in turn, and those that just failed last. A name that stands for several replicas is looked up
 * again every second, so that those that come and go are noticed.
 */
export class Balancer {
  private next = 0;
  private readonly failedAtMs = new Map<string, number>();
  private known: { found: Promise<string[]>; sinceMs: number } | undefined;

  constructor(
    private readonly configured: readonly string[],
    private readonly nowMs: () => number,
    private readonly lookUp: ReplicaLookup = replicaAddresses,
  ) {}

  /** All addresses in the order in which they should be tried. */
  async order(): Promise<string[]> {
    const addresses = await this.addresses();
    const start = this.next++ % Math.max(1, addresses.length);
    const turned = [...addresses.slice(start), ...addresses.slice(0, start)];
    return [...turned.filter((each) => !this.avoided(each)), ...turned.filter((each) => this.avoided(each))];
  }

  failed(address: string): void {
    this.failedAtMs.set(address, this.nowMs());
  }

  private addresses(): Promise<string[]> {
    if (this.known === undefined || this.nowMs() - this.known.sinceMs >= lookupMs)
      this.known = { found: this.lookUp(this.configured), sinceMs: this.nowMs() };
    return this.known.found;
  }

  private avoided(address: string): boolean {
    const failedAtMs = this.failedAtMs.get(address);
    if (failedAtMs === undefined) return false;
    if (this.nowMs() - failedAtMs < avoidMs) return true;
    // Replicas that are gone for good would be kept for ever.
    this.failedAtMs.delete(address);
    return false;
  }
}

/** Takes the addresses of a service in turn, and those that just failed last. */
export class Balancer {
  private next = 0;
  private readonly failedAtMs = new Map<string, number>();

  constructor(
    private readonly addresses: readonly string[],
    private readonly nowMs: () => number,
    private readonly avoidMs = 2000,
  ) {}

  /** All addresses in the order in which they should be tried. */
  order(): string[] {
    const start = this.next++ % Math.max(1, this.addresses.length);
    const turned = [...this.addresses.slice(start), ...this.addresses.slice(0, start)];
    return [...turned.filter((each) => !this.avoided(each)), ...turned.filter((each) => this.avoided(each))];
  }

  failed(address: string): void {
    this.failedAtMs.set(address, this.nowMs());
  }

  private avoided(address: string): boolean {
    const failedAtMs = this.failedAtMs.get(address);
    return failedAtMs !== undefined && this.nowMs() - failedAtMs < this.avoidMs;
  }
}

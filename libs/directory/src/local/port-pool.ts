import { createServer } from 'node:net';
import type { Clock, PortRange, RandomSource } from '@muster/platform';

/** Whether nobody listens on a host port now. */
export type PortCheck = (port: number) => Promise<boolean>;

const foreignRetryMs = 30_000;

/** Ports for workloads. */
export interface Ports {
  /** How many may be taken. */
  readonly free: number;
  /** So many free ports, or undefined and none is taken. */
  take(count: number): Promise<number[] | undefined>;
  /** Ports of workloads that run already. */
  hold(ports: readonly number[]): void;
  give(ports: readonly number[]): void;
}

/** Host ports of a range, each given to one workload at a time and only when it is really free. */
export class PortPool implements Ports {
  private readonly taken = new Set<number>();
  /** Ports that a foreign program had, until when they are not tried again (monotonic). */
  private readonly foreign = new Map<number, number>();
  private next: number;

  constructor(
    private readonly range: PortRange,
    private readonly isFree: PortCheck,
    private readonly clock: Clock,
    random: RandomSource,
  ) {
    this.next = range.first + Math.floor(random.next() * this.size);
  }

  get size(): number {
    return this.range.last - this.range.first + 1;
  }

  get free(): number {
    return this.size - this.taken.size - this.foreignPorts().filter((port) => !this.taken.has(port)).length;
  }

  async take(count: number): Promise<number[] | undefined> {
    const ports: number[] = [];
    while (ports.length < count) {
      const port = this.candidate();
      if (port === undefined) {
        this.give(ports);
        return undefined;
      }
      this.taken.add(port);
      if (await this.isFree(port)) ports.push(port);
      else this.setForeign(port);
    }
    return ports;
  }

  hold(ports: readonly number[]): void {
    for (const port of ports) this.taken.add(port);
  }

  give(ports: readonly number[]): void {
    for (const port of ports) this.taken.delete(port);
  }

  private setForeign(port: number): void {
    this.taken.delete(port);
    this.foreign.set(port, this.clock.monotonicMs() + foreignRetryMs);
  }

  private candidate(): number | undefined {
    const foreign = new Set(this.foreignPorts());
    for (let step = 0; step < this.size; step += 1) {
      const port = this.next;
      this.next = port >= this.range.last ? this.range.first : port + 1;
      if (!this.taken.has(port) && !foreign.has(port)) return port;
    }
    return undefined;
  }

  private foreignPorts(): number[] {
    const now = this.clock.monotonicMs();
    for (const [port, until] of this.foreign) if (until <= now) this.foreign.delete(port);
    return [...this.foreign.keys()];
  }
}

/** Really tries to listen on the host's address. */
export function listenCheck(host: string): PortCheck {
  return (port) =>
    new Promise((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
    });
}

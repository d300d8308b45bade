import type { Ports } from './port-pool.js';

/** Where a workload with an address of its own listens, unless it is a program that says where; further ports follow. */
const firstOwnPort = 8700;

/** Ports of workloads that have an address of their own each: the same for all, and never taken by others. */
export class OwnPorts implements Ports {
  readonly free = Number.MAX_SAFE_INTEGER;

  async take(count: number): Promise<number[]> {
    return Array.from({ length: count }, (_, index) => firstOwnPort + index);
  }

  hold(): void {
    // Nobody else can have them.
  }

  give(): void {
    // They are never taken.
  }
}

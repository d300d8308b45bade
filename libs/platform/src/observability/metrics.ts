import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of one process. A fresh registry each, since several systems may run in one process (tests). */
export class Metrics {
  readonly registry = new Registry();
  private readonly delay = monitorEventLoopDelay({ resolution: 20 });
  readonly requests = new Histogram({
    name: 'muster_http_request_duration_seconds',
    help: 'Time to answer, by route template',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [this.registry],
  });

  constructor() {
    this.delay.enable();
    collectDefaultMetrics({ register: this.registry });
    const delay = this.delay;
    new Gauge({
      name: 'muster_event_loop_delay_p99_seconds',
      help: 'Event-loop delay since the last scrape, 99th percentile',
      registers: [this.registry],
      collect() {
        this.set(Math.max(0, delay.percentile(99) / 1e9));
        delay.reset();
      },
    });
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  histogram<L extends string>(
    name: string,
    help: string,
    options: { labelNames?: readonly L[]; buckets: number[] },
  ): Histogram<L> {
    return new Histogram({
      name,
      help,
      labelNames: options.labelNames ?? [],
      buckets: options.buckets,
      registers: [this.registry],
    });
  }

  /** A value that is read when somebody scrapes. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** The longest the event loop was held since the last look, in ms. */
  eventLoopMaxMs(): number {
    return this.delay.max / 1e6;
  }

  close(): void {
    this.delay.disable();
    this.registry.clear();
  }
}

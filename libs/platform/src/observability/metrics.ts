import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CounterDeclaration, GaugeDeclaration, HistogramDeclaration } from './metric-declarations.js';
import { platformMetrics } from './platform-metrics.js';

/** One value of a gauge. */
export interface Reading<Label extends string> {
  labels: Readonly<Record<Label, string>>;
  value: number;
}

/** The metrics of one process. A fresh registry each, since several systems may run in one process (tests). */
export class Metrics {
  private readonly registry = new Registry();
  private readonly delay = monitorEventLoopDelay({ resolution: 20 });
  readonly requests = this.histogram(platformMetrics.requests);

  /** `onError`: a gauge could not be read; the others are told all the same. */
  constructor(private readonly onError: (name: string, error: unknown) => void) {
    this.delay.enable();
    collectDefaultMetrics({ register: this.registry });
    this.gauge(platformMetrics.eventLoopDelay, () => {
      const seconds = Math.max(0, this.delay.percentile(99) / 1e9);
      this.delay.reset();
      return seconds;
    });
  }

  /** The same one each time: several services of a process may feed it. */
  counter<Label extends string>({ name, help, labels }: CounterDeclaration<Label>): Counter<Label> {
    const known = this.registry.getSingleMetric(name) as Counter<Label> | undefined;
    return known ?? new Counter({ name, help, labelNames: labels, registers: [this.registry] });
  }

  /** A counter that is kept as plain numbers where counting must cost next to nothing; read when somebody scrapes. */
  total<Label extends string>({ name, help, labels }: CounterDeclaration<Label>, read: () => Reading<Label>[]): void {
    new Counter<Label>({
      name,
      help,
      labelNames: labels,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { labels: of, value } of read()) this.inc(of, value);
      },
    });
  }

  histogram<Label extends string>({ name, help, labels, buckets }: HistogramDeclaration<Label>): Histogram<Label> {
    return new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [this.registry] });
  }

  /** Read when somebody scrapes. What cannot be read then is left out, so that it does not look like an old value. */
  gauge<Label extends string>(
    { name, help, labels }: GaugeDeclaration<Label>,
    read: () => number | Reading<Label>[] | Promise<number | Reading<Label>[]>,
  ): void {
    const { onError } = this;
    new Gauge<Label>({
      name,
      help,
      labelNames: labels,
      registers: [this.registry],
      async collect() {
        this.reset();
        // Without labels a reset sets it to 0.
        if (labels.length === 0) this.remove();
        try {
          const readings = await read();
          if (typeof readings === 'number') this.set(readings);
          else for (const { labels: of, value } of readings) this.set(of, value);
        } catch (error) {
          onError(name, error);
        }
      },
    });
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.registry.metrics();
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

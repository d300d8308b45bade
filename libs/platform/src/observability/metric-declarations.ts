/**
 * One metric of Prometheus. Each library declares its own in one table, from which its parts feed them and the reference is
 * made. Labels have few values: never an id of a session or a user's name.
 */
export interface MetricDeclaration<Label extends string = string> {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: `muster_${string}`;
  readonly help: string;
  readonly labels: readonly Label[];
  /** Upper bounds, of a histogram. */
  readonly buckets?: readonly number[];
}

export interface CounterDeclaration<Label extends string> extends MetricDeclaration<Label> {
  readonly kind: 'counter';
}

export interface GaugeDeclaration<Label extends string> extends MetricDeclaration<Label> {
  readonly kind: 'gauge';
}

export interface HistogramDeclaration<Label extends string> extends MetricDeclaration<Label> {
  readonly kind: 'histogram';
  readonly buckets: readonly number[];
}

type Name = MetricDeclaration['name'];

/** What only rises. */
export function counterOf<const Label extends string = never>(
  name: `${Name}_total`,
  help: string,
  labels: readonly Label[] = [],
): CounterDeclaration<Label> {
  return { kind: 'counter', name, help, labels };
}

/** What is so now, read when somebody asks. */
export function gaugeOf<const Label extends string = never>(
  name: Name,
  help: string,
  labels: readonly Label[] = [],
): GaugeDeclaration<Label> {
  return { kind: 'gauge', name, help, labels };
}

/** How long something takes, in seconds. */
export function secondsOf<const Label extends string = never>(
  name: `${Name}_seconds`,
  help: string,
  { labels = [], buckets }: { labels?: readonly Label[]; buckets: readonly number[] },
): HistogramDeclaration<Label> {
  return { kind: 'histogram', name, help, labels, buckets };
}

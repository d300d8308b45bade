import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { directoryMetrics, nodeMetrics } from '@muster/directory';
import { hostingMetrics } from '@muster/hosting';
import { platformMetrics, spanMetrics, type MetricDeclaration } from '@muster/platform';
import { relayMetrics } from '@muster/relaying';
import { admissionMetrics, holdingMetrics } from '@muster/sessions';
import { readSources } from './sources.js';

const tables: Record<string, MetricDeclaration>[] = [
  platformMetrics,
  spanMetrics,
  hostingMetrics,
  admissionMetrics,
  holdingMetrics,
  directoryMetrics,
  nodeMetrics,
  relayMetrics,
];
const declared = tables.flatMap((table) => Object.values(table));

/** The series of a metric, by the names that queries use. */
const seriesOf = ({ kind, name }: MetricDeclaration): string[] =>
  kind === 'histogram' ? ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`) : [name];
const series = new Map(declared.flatMap((metric) => seriesOf(metric).map((name) => [name, metric] as const)));

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string };
}
interface Panel {
  id: number;
  type: string;
  title: string;
  targets?: { expr: string }[];
}
const { groups } = parse(readFileSync('observability/alerts.yaml', 'utf8')) as {
  groups: { name: string; rules: Rule[] }[];
};
const { panels, templating } = JSON.parse(readFileSync('observability/grafana-dashboard.json', 'utf8')) as {
  panels: Panel[];
  templating: { list: { query: string | { query: string } }[] };
};
const rules = groups.flatMap((group) => group.rules);
const queries = [
  ...rules.map(({ expr }) => expr),
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...templating.list.map(({ query }) => (typeof query === 'string' ? query : query.query)),
];

/** Labels that Prometheus itself adds. */
const ofPrometheus = new Set(['job', 'instance', 'le']);

describe('a metric', () => {
  it.each(declared.map((metric) => [metric.name, metric] as const))(
    '%s is named as Prometheus wants it',
    (name, of) => {
      expect(name).toMatch(/^muster(_[a-z0-9]+)+$/);
      expect([of.kind === 'counter', of.kind === 'histogram' && name.endsWith('_seconds')]).toEqual([
        name.endsWith('_total'),
        of.kind === 'histogram',
      ]);
      expect(name).not.toMatch(/_(ms|millis|minutes|kb|mb|gb|percent)(_|$)/);
      expect(of.help.length).toBeGreaterThan(10);
      expect(of.labels.filter((label) => /session|user|worker|workload|owner|ticket|client/.test(label))).toEqual([]);
    },
  );
});

describe('OpenTelemetry', () => {
  it('is loaded where traces are switched on, and only there: it would take memory in every service', () => {
    const loading = readSources().flatMap(({ path, text }) =>
      [...text.matchAll(/^.*otlp-tracer\.js.*$/gm)].map(([line]) => `${path}: ${line.trim()}`),
    );
    expect(loading).toEqual([
      "libs/platform/src/observability/open-tracer.ts: const { otlpTracer, otlpRequest } = await import('./otlp-tracer.js');",
    ]);
  });
});

describe('dashboard and alerts', () => {
  it('name no metric that there is not', () => {
    const named = queries.flatMap((query) => [...query.matchAll(/\bmuster_\w+/g)].map(([name]) => name));
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((name) => !series.has(name))).toEqual([]);
  });

  it('select by no label that a metric has not', () => {
    const selected = queries.flatMap((query) =>
      [...query.matchAll(/\b(muster_\w+)\{([^}]*)\}/g)].flatMap(([, name = '', selectors = '']) =>
        [...selectors.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label = '']) => ({ name, label })),
      ),
    );
    const strange = selected.filter(
      ({ name, label }) => !ofPrometheus.has(label) && series.get(name)?.labels.includes(label) !== true,
    );
    expect(strange).toEqual([]);
  });

  it('show every metric that is declared', () => {
    const text = queries.join(' ');
    const unseen = declared.filter(
      (metric) => !seriesOf(metric).some((name) => new RegExp(`\\b${name}\\b`).test(text)),
    );
    expect(unseen.map(({ name }) => name)).toEqual([]);
  });

  it('tell what is wrong, how bad it is, each by a name of its own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    expect(rules.filter(({ alert }) => !/^Muster[A-Z]\w+$/.test(alert))).toEqual([]);
    expect(rules.filter(({ labels }) => !/^(critical|warning|info)$/.test(labels.severity))).toEqual([]);
    expect(rules.filter(({ annotations }) => annotations.summary.length < 10)).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it('are explained: the manual says for every alert what to do', () => {
    const page = readFileSync('docs/how-to/observe.md', 'utf8');
    expect(rules.filter(({ alert }) => !page.includes(`\`${alert}\``)).map(({ alert }) => alert)).toEqual([]);
  });
});

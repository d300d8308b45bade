import { directoryMetrics, nodeMetrics } from '@muster/directory';
import { hostingMetrics } from '@muster/hosting';
import { platformMetrics, spanMetrics, type MetricDeclaration } from '@muster/platform';
import { relayMetrics } from '@muster/relaying';
import { admissionMetrics, holdingMetrics } from '@muster/sessions';
import { page, table } from './markdown.js';

type Declared = Readonly<Record<string, MetricDeclaration>>;

/** Who has which, and how the same number from several replicas is to be read. */
const sections: readonly (readonly [string, string, Declared])[] = [
  ['Every service', 'Of each process by itself.', { ...platformMetrics, ...hostingMetrics, ...spanMetrics }],
  [
    'global-session',
    'Every replica reads the same database: of gauges take the greatest of all replicas, of counters the sum.',
    admissionMetrics,
  ],
  ['session', 'Each session service tells of the sessions that it holds: take the sum.', holdingMetrics],
  [
    'global-directory',
    'Every replica knows every node: take the greatest of all replicas. `node` is the id of a node, `name` its name.',
    directoryMetrics,
  ],
  ['local-directory', 'Each tells of its own node: take the sum.', nodeMetrics],
  ['relay', 'Each tells of its own clients: take the sum.', relayMetrics],
];

/** Every metric of every service, from the tables by which the services themselves feed them. */
export function metricsPage(): string {
  return page(
    '# Metrics',
    'For operators: every metric, its type and its labels, to make graphs and alerts of. [How to observe](../how-to/observe.md) says how to scrape them; a dashboard and alerts are in `observability/`.',
    'Every service tells them at `/metrics` of its internal listener, in the text format of Prometheus; a process that hosts several services tells those of all. Names and units follow the conventions of Prometheus; no label holds an id of a session or the name of a user. Beside these there are the default metrics of the process (`process_*`) and of Node (`nodejs_*`). The metrics of spans are there where traces are switched on.',
    ...sections.map(([title, text, declared]) => page(`## ${title}`, text, rowsOf(declared)).trimEnd()),
  );
}

function rowsOf(declared: Declared): string {
  return table(
    ['metric', 'type', 'labels', 'meaning'],
    Object.values(declared).map(({ name, kind, labels, help }) => [
      `\`${name}\``,
      kind,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]),
  );
}

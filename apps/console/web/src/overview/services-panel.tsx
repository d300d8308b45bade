import type { HealthCheckView, ServiceView, SystemView } from '@muster/contracts';
import { count, duration } from '@muster/wording';
import { type Column, DataTable } from '../parts/data-table.js';
import { StateBadge } from '../parts/state-badge.js';
import { isFailing } from './concerns.js';

/** The services: one line while all are well; those that are not stand above, with their reasons. */
export function ServicesPanel({ system }: { system: SystemView | undefined }) {
  const services = system?.services ?? [];
  const failing = services.filter(needsAttention);
  return (
    <section class="card services" aria-labelledby="services">
      <div class="panel-head">
        <h2 id="services">Services</h2>
        {system !== undefined && <p class="quiet">{summary(system)}</p>}
      </div>
      {failing.length > 0 && (
        <ul class="failing">
          {failing.map((service) => (
            <Failing key={keyOf(service, services)} service={service} />
          ))}
        </ul>
      )}
      {services.length > 0 && (
        <details>
          <summary>All of them</summary>
          <DataTable
            caption="Services"
            columns={columns}
            rows={services}
            keyOf={(service) => keyOf(service, services)}
          />
        </details>
      )}
    </section>
  );
}

function needsAttention({ state, draining, health }: ServiceView): boolean {
  return isFailing(state) || draining === true || failedChecks(health).length > 0;
}

function summary({ services, furtherSessionServices: further }: SystemView): string {
  const ready = services.filter(({ state }) => state === 'ready').length;
  const amount = ready === services.length ? `All ${ready} ready` : `${ready} of ${services.length} ready`;
  return further === 0 ? amount : `${amount}; ${count(further, 'more session service')} wanted`;
}

/** Services that are reached by their address have no instance; their place among their like tells them apart. */
function keyOf(service: ServiceView, all: readonly ServiceView[]): string {
  return `${service.service} ${service.instance ?? all.indexOf(service)}`;
}

function failedChecks(health: ServiceView['health'] = {}): [string, HealthCheckView][] {
  const checks = Object.entries(health as Record<string, HealthCheckView>);
  return checks.filter(([, { status }]) => status === 'down');
}

function Failing({ service: { service, instance, state, draining, held, health } }: { service: ServiceView }) {
  return (
    <li>
      <p class="queue-head">
        <strong>{service}</strong> {instance !== undefined && <code class="quiet">{instance}</code>}
        <StateBadge state={draining === true && state === 'ready' ? 'draining' : state} />
      </p>
      {draining === true && <p class="why">takes no new sessions; ends when it holds none ({held ?? 0} left)</p>}
      {failedChecks(health).map(([check, { reason }]) => (
        <p class="why" key={check}>
          {check}: {reason ?? 'down'}
        </p>
      ))}
    </li>
  );
}

const columns: readonly Column<ServiceView>[] = [
  {
    title: 'Service',
    cell: ({ service, instance, version }) => (
      <>
        {service}
        {instance !== undefined && (
          <code class="quiet instance" title={version}>
            {instance}
          </code>
        )}
      </>
    ),
  },
  { title: 'State', cell: ({ state }) => <StateBadge state={state} /> },
  {
    title: 'Holds',
    align: 'end',
    isBrief: true,
    cell: ({ held, capacity }) => (held === undefined ? '' : `${held} of ${capacity ?? '?'}`),
  },
  {
    title: 'Lease',
    align: 'end',
    isBrief: true,
    cell: ({ leaseAgeMs }) => (leaseAgeMs === undefined ? '' : leaseAge(leaseAgeMs)),
  },
];

/** To whole seconds: tenths only flicker. */
function leaseAge(ms: number): string {
  return ms < 10_000 ? `${Math.round(ms / 1000)} s` : duration(ms);
}

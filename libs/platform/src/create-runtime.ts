import { idPrefixes, type InstanceId } from '@muster/contracts';
import { systemClock } from './clock.js';
import type { CommonSettings } from './configuration/common-settings.js';
import { HealthChecks } from './lifecycle/health-checks.js';
import { Lifecycle } from './lifecycle/lifecycle.js';
import { LogLevelControl } from './observability/log-level.js';
import { createLogger } from './observability/logging.js';
import { Metrics } from './observability/metrics.js';
import { openTracer } from './observability/open-tracer.js';
import { noTracer } from './observability/tracer.js';
import { HttpOutgoingCalls } from './outgoing-calls.js';
import { newId, systemRandom } from './random.js';
import type { Runtime } from './runtime.js';
import { version } from './version.js';

/** A health condition that does not hold, in words. */
export class Unhealthy extends Error {
  override readonly name = 'Unhealthy';
}

/** The runtime of a process: real clock, randomness, network and log. Records no traces; see {@link createTracedRuntime}. */
export function createRuntime(settings: CommonSettings, process: string): Runtime {
  const instance = (settings.MUSTER_INSTANCE_ID ?? newId(idPrefixes.instance, systemRandom)) as InstanceId;
  const logger = createLogger(settings, process, instance);
  const metrics = new Metrics((metric, error) =>
    logger.warn({ metric, reason: String(error) }, 'a metric cannot be read'),
  );
  const lifecycle = new Lifecycle();
  return {
    version,
    instance,
    settings,
    clock: systemClock,
    random: systemRandom,
    calls: new HttpOutgoingCalls(),
    logger,
    logLevel: new LogLevelControl(logger),
    metrics,
    tracer: noTracer,
    lifecycle,
    healthChecks: new HealthChecks(),
    addresses: { publicUrl: '', internalUrl: '' },
    assertEventLoopTurns: () => {
      const heldMs = metrics.eventLoopMaxMs();
      if (heldMs > settings.MUSTER_EVENT_LOOP_LIMIT_MS)
        throw new Unhealthy(`the event loop was held for ${Math.round(heldMs)} ms`);
    },
    assertServing: () => {
      if (lifecycle.isStopping) throw new Unhealthy('the service is stopping');
      if (!lifecycle.hasStarted) throw new Unhealthy('the service is starting');
    },
    assertStarted: () => {
      if (!lifecycle.hasStarted && !lifecycle.isStopping) throw new Unhealthy('the service is starting');
    },
  };
}

/** As {@link createRuntime}, with the traces that the settings ask for. */
export async function createTracedRuntime(settings: CommonSettings, process: string): Promise<Runtime> {
  const runtime = createRuntime(settings, process);
  return { ...runtime, tracer: await openTracer(runtime, process) };
}

import type { InstanceId } from '@muster/contracts';
import type { ProvisioningSettings } from './settings.js';

/** One session service whose lease holds and which is not leaving. */
export interface RunningService {
  instance: InstanceId;
  sessions: number;
  capacity: number;
  /** Started by the global directory, and so may be stopped by it. */
  provisioned: boolean;
  /** Since when it holds nothing, as far as was seen. */
  idleMs: number;
}

export interface ProvisioningPlan {
  /** How many beyond those started by hand, those that drain left out. */
  further: number;
  /** Take no new sessions. */
  draining: InstanceId[];
}

/**
 * How many session services there should be: one with room at least, and none that idles while another has room. One step at
 * a time; a further one is asked for only when all that were asked for have come.
 */
export function planProvisioning(
  running: readonly RunningService[],
  plan: ProvisioningPlan,
  settings: ProvisioningSettings,
): ProvisioningPlan {
  const draining = plan.draining.filter((instance) => running.some((service) => service.instance === instance));
  const active = running.filter(({ instance }) => !draining.includes(instance));
  const roomy = active.filter(({ sessions, capacity }) => sessions < capacity);
  const [drained, ...others] = draining;
  if (roomy.length === 0 && drained !== undefined) return { further: plan.further + 1, draining: others };
  if (roomy.length === 0) {
    const haveCome = active.filter(({ provisioned }) => provisioned).length >= plan.further;
    return { further: haveCome ? Math.min(plan.further + 1, settings.maxFurther) : plan.further, draining };
  }
  const idle = roomy.find(
    ({ provisioned, sessions, idleMs }) => provisioned && sessions === 0 && idleMs >= settings.idleMs,
  );
  if (idle === undefined || roomy.length < 2 || draining.length > 0) return { further: plan.further, draining };
  return { further: Math.max(0, plan.further - 1), draining: [idle.instance] };
}

import type { HardwareRequest } from '@muster/contracts';
import type { PlacementRequest } from '@muster/placement';

/** A request of worker type `solver` with the key `wrk_1`, that needs a port and the hardware named. */
export function aRequest(hardware: HardwareRequest = {}, rest: Partial<PlacementRequest> = {}): PlacementRequest {
  return { key: 'wrk_1', workerType: 'solver', hardware, ...rest };
}

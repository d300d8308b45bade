import type { LimitsByRole } from './user-limits.js';

/** What an installation decides about admission; all times in ms. */
export interface AdmissionSettings {
  /** Life of a service's lease without a renewal. */
  leaseMs: number;
  /** A grant that its session service has not confirmed by then is taken back. */
  grantConfirmMs: number;
  /** How often the queue and the leases are looked at when nothing happens. */
  periodMs: number;
  /** Pause before a session that found no room is tried again; jittered. */
  retryPauseMs: number;
  /** How often locks and ledgers are compared with the sessions. */
  reconcilePeriodMs: number;
  /** Sessions that may wait at once. */
  queueLimit: number;
  /** Sessions granted or taken over in one round. */
  batchSize: number;
  /** Longest wait for the directory's plan. */
  planTimeoutMs: number;
  /** How often an event stream looks at a session that nobody holds. */
  eventPollMs: number;
  /** How long a reservation of the holder lasts: goes into dry plans only for completeness. */
  reservationMs: number;
  limits: LimitsByRole;
  provisioning: ProvisioningSettings;
}

export interface ProvisioningSettings {
  /** Session services beyond those started by hand, at most. */
  maxFurther: number;
  /** A further one that holds nothing for so long, while others have room, is drained. */
  idleMs: number;
}

const unlimited = { sessions: null, cpuMillis: null, memoryBytes: null, gpus: null };

export const defaultAdmissionSettings: AdmissionSettings = {
  leaseMs: 10_000,
  grantConfirmMs: 5000,
  periodMs: 1000,
  retryPauseMs: 2000,
  reconcilePeriodMs: 30_000,
  queueLimit: 10_000,
  batchSize: 50,
  planTimeoutMs: 5000,
  eventPollMs: 1000,
  reservationMs: 10_000,
  limits: { admin: unlimited, operator: unlimited, user: unlimited },
  provisioning: { maxFurther: 8, idleMs: 300_000 },
};

import type { HoldingLimits } from './held-facts.js';

/** What an operator decides about a session service; all times in ms. */
export interface HoldingSettings {
  /** Sessions that it holds at most. */
  capacity: number;
  /** Started by the global directory, which may stop it when it is idle. */
  provisioned: boolean;
  limits: HoldingLimits;
  reservationMs: number;
  workerTokenMs: number;
  heartbeatMs: number;
  /** All sessions are compared with the database this often. */
  reconcileMs: number;
  /** Beyond the longest grace, for the end of all sessions. */
  stopSlackMs: number;
  tickets: { ticketMs: number; clientResumeMs: number; maxTickets: number; maxClients: number };
  door: { maxBusyMs: number; progressEveryMs: number };
}

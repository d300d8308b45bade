/** A relay: takes clients' WebSockets, redeems their tickets, and passes frames between them and the workers of their sessions. */
export { dialWorker } from './dial-worker.js';
export { isOriginAllowed } from './origin.js';
export type { RelayLog, RelayMeter, RelayParts, SessionServices } from './ports.js';
export { Relay } from './relay.js';
export { relayMetrics } from './relay-metrics.js';
export { RelayLease } from './relay-lease.js';
export { defaultRelaySettings, type RelaySettings } from './relay-settings.js';

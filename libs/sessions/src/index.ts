export * from './session-document.js';
export * from './session-events.js';
export * from './session-states-page.js';
export * from './session.machine.js';
export type { ServiceCalls } from './holding/calls/service-calls.js';
export type { HoldingSettings } from './holding/holding-settings.js';
export { SessionService, type SessionServiceParts } from './holding/session-service.js';
export { systemStopped } from './holding/step-worker.js';

export * from './capabilities.js';
export * from './errors.js';
export * from './logs.js';
export * from './orchestrator-backend.js';
export * from './ownership.js';
export * from './workload-event.js';
export * from './workload-spec.js';
export * from './workload-status.js';

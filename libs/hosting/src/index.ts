export { HOST, INSTALLATION_KEY, serviceCaller, STORE, type Host } from './host.js';
export { describeServices } from './describe-services.js';
export { greeting } from './greeting.js';
export { hostServices, prepareServices, type HostOptions, type RunningHost } from './host-services.js';
export type { Application } from './application.js';
export { hostingMetrics } from './hosting-metrics.js';
export { runServices, startFailure, stopMarginMs } from './run-services.js';
export { ServiceCaller, type ConfiguredService, type ServiceCall } from './service-caller.js';
export type { ServiceDefinition } from './service-definition.js';

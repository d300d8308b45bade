/** For programs without Nest: settings, log and chance, and nothing that loads a framework. */
export * from './configuration/common-settings.js';
export * from './configuration/load-configuration.js';
export * from './configuration/settings.js';
export { createLogger } from './observability/logging.js';
export * from './random.js';

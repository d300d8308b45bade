export * from './contract/index.js';
export { backendNames, createBackend, type BackendOptions } from './backends/index.js';
export type { ProcessBackendOptions } from './backends/process/options.js';
export {
  orchestratorConformance,
  probeCommand,
  type ConformanceHarness,
  type ProbeBehaviour,
} from './conformance/index.js';

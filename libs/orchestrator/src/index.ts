export * from './contract/index.js';
export {
  addressTowardsCluster,
  backendNames,
  createBackend,
  kubernetesNodeId,
  openNodeLabels,
  openServicePods,
  type BackendOptions,
} from './backends/index.js';
export type { DockerBackendOptions, PullPolicy } from './backends/docker/options.js';
export { engineAddress, type EngineAddress } from './backends/docker/engine-address.js';
export { engineGateway } from './backends/engine-gateway.js';
export type { KubernetesBackendOptions } from './backends/kubernetes/options.js';
export type { ProcessBackendOptions } from './backends/process/options.js';
export {
  orchestratorConformance,
  probeCommand,
  type ConformanceHarness,
  type ProbeBehaviour,
} from './conformance/index.js';

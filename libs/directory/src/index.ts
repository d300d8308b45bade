export type { CallOptions, DirectoryCalls, HolderCalls, NodeCalls } from './protocol/calls.js';
export { HttpDirectoryCalls, type AddressCaller } from './protocol/http-calls.js';
export { jsonLinesUntilClosed } from './protocol/json-lines-until-closed.js';
export { directoryMetrics, nodeMetrics } from './directory-metrics.js';
export type { NodeUsage } from './global/node-usage.js';
export { GlobalDirectory, type GlobalDirectoryParts } from './global/global-directory.js';
export type { RecordedDecision } from './global/decision-log.js';
export { drainCollection, type DrainDocument } from './global/drains.js';
export { defaultBookPolicy, type BookPolicy } from './global/node-silence.js';
export { NodeAgent } from './local/node-agent.js';
export type { NodeAgentParts, NodeMeter } from './local/node-agent-parts.js';
export {
  NodeIdentityBroken,
  openNodeIdentity,
  type NodeIdentity,
  type NodeIdentityOptions,
} from './local/node-identity.js';
export { addressesForContainers, backendSettings, sessionHostSettings } from './local/container-addresses.js';
export { listenCheck, type PortCheck } from './local/port-pool.js';
export { networkProbe, type ProgramProbe } from './local/program-probe.js';
export type { Reach } from './local/workload-place.js';
export type { NodeSurroundings } from './local/workload-spec.js';
export { DeclaredFileInvalid } from './provisioning/declared-file.js';
export {
  readDeclaredNodes,
  type DeclaredNodeEntry,
  type DeclaredNodeWithPorts,
} from './provisioning/declared-nodes.js';
export { readDockerHosts, type DockerHost } from './provisioning/docker-hosts.js';
export { EngineLauncher, type EngineLauncherParts } from './provisioning/engine-launcher.js';
export { hostEnvironment, localDirectorySpec } from './provisioning/host-local-directory.js';
export { BackendLauncher, type BackendLauncherParts, type ServiceSpec } from './provisioning/backend-launcher.js';
export { ProcessLauncher } from './provisioning/process-launcher.js';
export { ClusterSessionServices } from './provisioning/cluster-session-services.js';
export { Provisioner, type ProvisionerParts } from './provisioning/provisioner.js';
export { elsewhere, serviceEnvironment, smallMemory } from './provisioning/service-environment.js';
export type { LaunchedService, ServiceLauncher, ServiceToLaunch } from './provisioning/service-launcher.js';

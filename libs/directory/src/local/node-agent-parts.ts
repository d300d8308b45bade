import type { MusterError, NodeDescription } from '@muster/contracts';
import type { OrchestratorBackend } from '@muster/orchestrator';
import type { Clock, PortRange, RandomSource } from '@muster/platform';
import type { DirectoryCalls, HolderCalls, SessionCalls } from '../protocol/calls.js';
import type { NodeIdentity } from './node-identity.js';
import type { PortCheck } from './port-pool.js';
import type { ProgramProbe } from './program-probe.js';
import type { LivenessLimits } from './worker-liveness.js';
import type { NodeSurroundings } from './workload-spec.js';

/** What a node agent is made of. */
export interface NodeAgentParts {
  identity: NodeIdentity;
  instance: string;
  description: NodeDescription;
  backend: OrchestratorBackend;
  ports: { range: PortRange; isFree: PortCheck };
  /** Of the forwarders; absent = they take ports of the same range as workers, at the address that those have. */
  forwarders?: { host: string; ports: { range: PortRange; isFree: PortCheck } };
  surroundings: Omit<NodeSurroundings, 'nodeId' | 'hasGpus' | 'runs' | 'ownFiles' | 'probes' | 'namesGpus'>;
  /** Our own files of this node. */
  folder: string;
  /** Base address of this local directory, node id included; known once it listens. */
  address: () => string;
  directories: () => Promise<readonly string[]>;
  directoryCalls: DirectoryCalls;
  holderCalls: HolderCalls;
  sessionCalls: SessionCalls;
  probe: ProgramProbe;
  liveness: LivenessLimits;
  meter: NodeMeter;
  clock: Clock;
  random: RandomSource;
  /** Something failed that is tried again by itself. */
  onError: (error: unknown) => void;
  /** A newer instance of this node is there: this one has stopped acting and should end. */
  onSuperseded: (error: MusterError) => void;
}

/** Counts workloads that ran although their session had ended. */
export interface NodeMeter {
  foundOrphan(): void;
  removedOrphan(): void;
}

/** With what the back end says of itself. */
export function surroundingsOf({ surroundings, identity, description, backend }: NodeAgentParts): NodeSurroundings {
  const { runs, ownFiles, probes, gpuWays } = backend.capabilities;
  return {
    ...surroundings,
    nodeId: identity.id,
    hasGpus: description.gpus.length > 0,
    runs,
    ownFiles,
    probes,
    namesGpus: !gpuWays.includes('device-plugin'),
  };
}

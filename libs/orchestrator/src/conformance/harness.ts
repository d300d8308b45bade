import type { OpenedBackend } from '../contract/orchestrator-backend.js';
import type { Run, SecretFile } from '../contract/workload-spec.js';
import type { ProbeBehaviour } from './probe.js';

/** What the conformance suite must be given to try a back end. Where an optional member is absent, its cases are not run. */
export interface ConformanceHarness {
  /** Opens the back end on its lasting state. Again after a close: what our process does after a restart. */
  open(): Promise<OpenedBackend>;
  /** A run that does this; see `probeCommand`. */
  run(behaviour: ProbeBehaviour): Run;
  /** A run of a program that does not exist. */
  readonly unknownProgram: Run;
  /** A run of an image that does not exist; absent where no images are run. */
  readonly missingImage?: Run;
  /** Names of variables that the back end may add to a workload's environment. */
  readonly mayAddToEnvironment: readonly string[];
  /** A port of the node on which nobody listens. */
  freePort(): Promise<number>;
  /** Whether a connection to this port of the node, or of that address, is accepted; absent where workloads have no real network. */
  isListening?(port: number, address?: string): Promise<boolean>;
  /** Whether the process of this number, as printed by a probe, still lives; absent where it cannot be told. */
  isAlive?(pid: number): boolean;
  /** Cuts the back end off from its engine for a moment. Workloads go on. */
  interrupt(): Promise<void>;
  /** A folder of the node that workloads may read and write, and a file of one line in it; absent where nothing is mounted. */
  readonly folder?: { readonly source: string; readonly file: string; readonly text: string };
  /** A secret that can be read. */
  readonly secret?: SecretFile;
}

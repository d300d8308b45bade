import type { NodeOptions } from '../describe-node.js';
import type { SpareBounds } from './keeper/protocol.js';

/** How the `process` back end of one local directory is opened. */
export interface ProcessBackendOptions extends NodeOptions {
  /** Absolute; belongs to this back end alone. Opening it again after our restart finds what runs. */
  readonly stateDir: string;
  /** A YAML or JSON file that declares this node's hardware, instead of what is found (see `DeclaredNode`). */
  readonly nodeFile?: string;
  /** Size of the configured range of worker ports. Default 0. */
  readonly portCount?: number;
  /** The bundled keeper. Default: `keeper.js` beside the running bundle. */
  readonly keeperFile?: string;
  /** The bundled worker host that runs SDK modules. Default: `worker.js` beside the running bundle. */
  readonly workerHostFile?: string;
  /** PATH of workloads whose spec has none. */
  readonly defaultPath?: string;
  /** Default 60,000. */
  readonly keeperIdleExitMs?: number;
  /** Default 200. */
  readonly endedKept?: number;
  /** Processes that wait to become workers of SDK modules. Default: none. Windows has none: their output could not change its file. */
  readonly spares?: SpareBounds;
}

export const defaultEndedKept = 200;

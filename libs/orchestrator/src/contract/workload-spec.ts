import type { HardwareBooking, WorkloadId } from '@muster/contracts';
import type { Ownership, WorkloadKind } from './ownership.js';

/** A program on the node. `$PORT` in any word becomes the first booked host port; a first word `node` is our own Node. */
export interface CommandRun {
  readonly command: readonly string[];
  /** Absolute. Default: the scratch directory, else a private empty directory. */
  readonly workingDirectory?: string;
}

/** A module written with the worker SDK, run by the worker host: an absolute file, or one bundled beside the host. */
export interface ModuleRun {
  readonly module: string;
  /** `false`: only by a process that is started for it. */
  readonly spare?: boolean;
}

/** A container image by operating system family (`linux`) or family and build (`windows-10.0.20348`). */
export interface ImageRun {
  readonly image: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
}

export type Run = CommandRun | ModuleRun | ImageRun;

/** An application secret: always a file, whose path stands in the environment variable `env`. */
export interface SecretFile {
  readonly env: string;
  /** The operator's name for it (the name of a Docker or Kubernetes secret). */
  readonly name: string;
  /** Absolute path on the node, where the back end takes secrets from files. */
  readonly path?: string;
}

/** A port of the workload that is reached at an address of its node; where the two cannot differ, they are the same. */
export interface PublishedPort {
  /** Where the program listens, in its own network. */
  readonly port: number;
  /** Address and port of the node. */
  readonly hostAddress: string;
  readonly hostPort: number;
}

/** Storage of the operator inside a workload. */
export interface WorkloadMount {
  /** The operator's name for it. */
  readonly name: string;
  /** An absolute folder of the node, or the back end's own name for a volume. */
  readonly source: string;
  /** Absolute path inside the workload. */
  readonly path: string;
  readonly readOnly: boolean;
}

/** How to find out whether a program answers: by an HTTP request of this path that succeeds, else by a TCP connection. */
export interface WorkloadProbe {
  readonly port: number;
  readonly httpGet?: string;
}

/** Hard limits, where the back end enforces them (see its capabilities). Absent = none. */
export interface WorkloadLimits {
  readonly cpuMillis?: number;
  readonly memoryBytes?: number;
  readonly diskBytes?: number;
  readonly processes?: number;
}

/** Everything needed to start one workload. A plain value: it can be logged (without `env`), compared and sent. */
export interface WorkloadSpec {
  readonly id: WorkloadId;
  readonly kind: WorkloadKind;
  readonly ownership: Ownership;
  readonly run: Run;
  /** Complete: nothing of our own environment is added, only a minimal PATH, HOME, TMPDIR and LANG where absent. */
  readonly env: Readonly<Record<string, string>>;
  readonly secrets?: readonly SecretFile[];
  /** For back ends that give workloads a file system of their own; elsewhere the node's folders are named in `env`. */
  readonly mounts?: readonly WorkloadMount[];
  /** For back ends that give workloads a network of their own. */
  readonly ports?: readonly PublishedPort[];
  /**
   * For back ends that give workloads an address of their own, which nobody else knows before the start: the variable in which
   * the program finds it, as `http://ADDRESS:PORT`.
   */
  readonly advertise?: { readonly env: string; readonly port: number };
  /** For back ends that look themselves whether a program answers. */
  readonly probe?: WorkloadProbe;
  /** Under which its neighbours reach it there: one DNS label. */
  readonly hostName?: string;
  /** What the node's book holds for it; comes back from `list`, so that the book can be rebuilt. */
  readonly booking: HardwareBooking;
  readonly limits?: WorkloadLimits;
  /** Absolute, as the workload sees it. Made empty before the start if it does not exist, and then removed after the end. */
  readonly scratchDir?: string;
  /** Time between the polite and the hard end, where nobody says otherwise. */
  readonly graceMs: number;
  /** Output kept per stream; the oldest is dropped beyond it. Default 4 MiB. */
  readonly maxOutputBytes?: number;
}

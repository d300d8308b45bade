import { join } from 'node:path';
import {
  MusterError,
  type HardwareBooking,
  type InstallationId,
  type NodeId,
  type StartOnNode,
  type WorkloadId,
} from '@muster/contracts';
import type { Run, RunKind, SecretFile, WorkloadSpec } from '@muster/orchestrator';

/** What of the node goes into the workloads that it starts. */
export interface NodeSurroundings {
  installationId: InstallationId;
  nodeId: NodeId;
  /** Where workers listen, and where others reach them. */
  bindHost: string;
  advertiseHost: string;
  /** Folder of the installation: commands run in it. */
  programsFolder: string;
  /** Parent of the scratch folders. */
  scratchRoot: string;
  /** Operator's folder with one file per secret; absent = this node has none. */
  secretsFolder?: string;
  /** Operator's folders that workers may ask for by name. */
  mountFolders: Readonly<Record<string, string>>;
  hasGpus: boolean;
  /** The ways of running something that its back end offers. */
  runs: readonly RunKind[];
}

export interface SpecAsk {
  id: WorkloadId;
  command: StartOnNode;
  booking: HardwareBooking;
}

/** The workload that a command asks for on this node. Pure: same in, same out. Throws `workload-failed` for what the node lacks. */
export function workloadSpecOf({ id, command, booking }: SpecAsk, node: NodeSurroundings): WorkloadSpec {
  const { fence, role, graceMs } = command;
  const scratchDir = join(node.scratchRoot, id);
  return {
    id,
    kind: 'worker',
    ownership: {
      installationId: node.installationId,
      nodeId: node.nodeId,
      sessionId: fence.session,
      workerId: fence.worker,
      role,
      incarnation: fence.incarnation,
      epoch: fence.epoch,
    },
    run: runOf(command.run, node),
    env: {
      ...command.env,
      ...mountsOf(command, node),
      ...hardwareOf(booking, node),
      ...placeOf(command, booking, node),
      MUSTER_SCRATCH_DIR: scratchDir,
    },
    secrets: secretsOf(command.secrets, node),
    booking,
    limits: {
      cpuMillis: booking.amounts.cpuMillis,
      memoryBytes: booking.amounts.memoryBytes,
      diskBytes: booking.amounts.diskBytes,
    },
    scratchDir,
    graceMs,
  };
}

/** Where the program itself listens: programs that compare no token are never reachable beyond their node. */
export function bindOf(
  command: StartOnNode,
  booking: HardwareBooking,
  node: NodeSurroundings,
): { host: string; port: number } {
  return {
    host: command.probe === undefined ? node.bindHost : '127.0.0.1',
    port: booking.hostPorts[0] ?? command.probe?.port ?? 0,
  };
}

export function advertisedAddress(booking: HardwareBooking, node: NodeSurroundings): string {
  return `http://${bracketed(node.advertiseHost)}:${booking.hostPorts[0] ?? 0}`;
}

function placeOf(command: StartOnNode, booking: HardwareBooking, node: NodeSurroundings): Record<string, string> {
  const bind = bindOf(command, booking, node);
  const own = `${bracketed(bind.host)}:${bind.port}`;
  return {
    MUSTER_BIND: own,
    MUSTER_ADVERTISE: command.probe === undefined ? advertisedAddress(booking, node) : `http://${own}`,
    ...(booking.hostPorts.length > 1 ? { MUSTER_PORTS: booking.hostPorts.slice(1).join(',') } : {}),
  };
}

function hardwareOf({ amounts, gpus }: HardwareBooking, node: NodeSurroundings): Record<string, string> {
  const [gpu] = gpus;
  return {
    MUSTER_CPU_MILLIS: String(amounts.cpuMillis),
    MUSTER_MEMORY_BYTES: String(amounts.memoryBytes),
    ...(amounts.diskBytes > 0 ? { MUSTER_DISK_BYTES: String(amounts.diskBytes) } : {}),
    // Empty hides the cards: what was not booked is not used by accident.
    ...(node.hasGpus ? { CUDA_VISIBLE_DEVICES: gpus.map(({ deviceId }) => deviceId).join(',') } : {}),
    ...(gpu === undefined ? {} : { MUSTER_GPU_MEMORY_BYTES: String(gpu.memoryBytes) }),
  };
}

/** On back ends without a file system of their own, a mount is the operator's folder itself, named by a variable. */
function mountsOf({ mounts }: StartOnNode, { mountFolders }: NodeSurroundings): Record<string, string> {
  return Object.fromEntries(
    mounts.map(({ name }) => {
      const folder = mountFolders[name];
      if (folder === undefined)
        throw new MusterError(
          'workload-failed',
          `this node has no folder for the mount ${name}; name one in MUSTER_MOUNTS`,
        );
      return [`MUSTER_MOUNT_${name.toUpperCase().replaceAll('-', '_')}`, folder];
    }),
  );
}

function secretsOf(secrets: Record<string, string>, { secretsFolder }: NodeSurroundings): SecretFile[] {
  return Object.entries(secrets).map(([env, name]) => {
    if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name))
      throw new MusterError('workload-failed', `${name} is no name of a secret`);
    return { env, name, ...(secretsFolder === undefined ? {} : { path: join(secretsFolder, name) }) };
  });
}

/** Of the ways that the type offers, the one that this node can run. */
function runOf({ process, image, command }: StartOnNode['run'], { runs, programsFolder }: NodeSurroundings): Run {
  if (image !== undefined && runs.includes('image')) return { image, ...(command === undefined ? {} : { command }) };
  if (process?.module !== undefined && runs.includes('module')) return { module: process.module };
  if (process?.command !== undefined && runs.includes('command'))
    return { command: process.command, workingDirectory: programsFolder };
  throw new MusterError('workload-failed', `this node runs ${runs.join(', ')}: the worker type offers none of these`);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

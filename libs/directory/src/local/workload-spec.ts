import { join } from 'node:path';
import {
  MusterError,
  type HardwareBooking,
  type InstallationId,
  type NodeId,
  type StartOnNode,
  type WorkloadId,
} from '@muster/contracts';
import type { Run, RunKind, SecretFile, WorkloadMount, WorkloadSpec } from '@muster/orchestrator';
import { authorityOf, placeOf, type NodeAddresses, type WorkloadPlace } from './workload-place.js';

/** What of the node goes into the workloads that it starts. */
export interface NodeSurroundings extends NodeAddresses {
  installationId: InstallationId;
  nodeId: NodeId;
  /** Folder of the installation: commands run in it. */
  programsFolder: string;
  /** Parent of the scratch folders. */
  scratchRoot: string;
  /** Operator's folder with one file per secret; absent = this node has none. */
  secretsFolder?: string;
  /** Operator's folders, or volumes, that workers may ask for by name. */
  mountFolders: Readonly<Record<string, string>>;
  hasGpus: boolean;
  /** The ways of running something that its back end offers. */
  runs: readonly RunKind[];
  /** Workloads are held to the CPU that they booked. */
  cpuCap: boolean;
  /** It looks itself whether programs answer. */
  probes: boolean;
  /** Cards are named to workloads by a variable, which nobody else sets. */
  namesGpus: boolean;
  /** Its workloads see none of the node's files but those that are mounted. */
  ownFiles: boolean;
}

/** Where a workload with files of its own has its scratch folder. */
const ownScratchDir = '/scratch';

const advertiseVariable = 'MUSTER_ADVERTISE';

export interface SpecAsk {
  id: WorkloadId;
  command: StartOnNode;
  booking: HardwareBooking;
}

/** The workload that a command asks for on this node. Pure: same in, same out. Throws `workload-failed` for what the node lacks. */
export function workloadSpecOf({ id, command, booking }: SpecAsk, node: NodeSurroundings): WorkloadSpec {
  const { fence, role, graceMs } = command;
  const scratchDir = node.ownFiles ? ownScratchDir : join(node.scratchRoot, id);
  const place = placeOf({ fence, booking, probe: command.probe }, node);
  const mounts = mountsOf(command, node);
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
      ...Object.fromEntries(mounts.map((mount) => [mountVariable(mount), node.ownFiles ? mount.path : mount.source])),
      ...hardwareOf(booking, node),
      ...placeVariables(place, booking),
      MUSTER_SCRATCH_DIR: scratchDir,
    },
    secrets: secretsOf(command.secrets, node),
    ...(node.ownFiles && mounts.length > 0 ? { mounts } : {}),
    ...(place.ports.length > 0 ? { ports: place.ports } : {}),
    ...(place.hostName === undefined ? {} : { hostName: place.hostName }),
    ...(place.address === undefined ? { advertise: { env: advertiseVariable, port: place.bind.port } } : {}),
    ...(node.probes ? probeOf(command, place) : {}),
    booking,
    limits: {
      ...(node.cpuCap ? { cpuMillis: booking.amounts.cpuMillis } : {}),
      memoryBytes: booking.amounts.memoryBytes,
      diskBytes: booking.amounts.diskBytes,
    },
    scratchDir,
    graceMs,
  };
}

function probeOf({ probe }: StartOnNode, { bind }: WorkloadPlace): Pick<WorkloadSpec, 'probe'> {
  if (probe === undefined) return {};
  return { probe: { port: bind.port, ...(probe.httpGet === undefined ? {} : { httpGet: probe.httpGet }) } };
}

function placeVariables(place: WorkloadPlace, { hostPorts: [, ...further] }: HardwareBooking): Record<string, string> {
  return {
    MUSTER_BIND: authorityOf(place.bind),
    ...(place.address === undefined ? {} : { [advertiseVariable]: place.address }),
    ...(further.length > 0 ? { MUSTER_PORTS: further.join(',') } : {}),
  };
}

function hardwareOf({ amounts, gpus }: HardwareBooking, node: NodeSurroundings): Record<string, string> {
  const [gpu] = gpus;
  return {
    MUSTER_CPU_MILLIS: String(amounts.cpuMillis),
    MUSTER_MEMORY_BYTES: String(amounts.memoryBytes),
    ...(amounts.diskBytes > 0 ? { MUSTER_DISK_BYTES: String(amounts.diskBytes) } : {}),
    // Empty hides the cards: what was not booked is not used by accident.
    ...(node.hasGpus && node.namesGpus ? { CUDA_VISIBLE_DEVICES: gpus.map(({ deviceId }) => deviceId).join(',') } : {}),
    ...(gpu === undefined ? {} : { MUSTER_GPU_MEMORY_BYTES: String(gpu.memoryBytes) }),
  };
}

/** Where workloads see the node's files, a mount is the operator's folder itself, named by a variable. */
function mountsOf({ mounts }: StartOnNode, { mountFolders }: NodeSurroundings): WorkloadMount[] {
  return mounts.map(({ name, path, readOnly }) => {
    const source = mountFolders[name];
    if (source === undefined)
      throw new MusterError(
        'workload-failed',
        `this node has no folder for the mount ${name}; name one in MUSTER_MOUNTS`,
      );
    return { name, source, path, readOnly };
  });
}

function mountVariable({ name }: WorkloadMount): string {
  return `MUSTER_MOUNT_${name.toUpperCase().replaceAll('-', '_')}`;
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
  if (process?.module !== undefined && runs.includes('module')) {
    const { module, spare } = process;
    return { module, ...(spare === undefined ? {} : { spare }) };
  }
  if (process?.command !== undefined && runs.includes('command'))
    return { command: process.command, workingDirectory: programsFolder };
  throw new MusterError('workload-failed', `this node runs ${runs.join(', ')}: the worker type offers none of these`);
}

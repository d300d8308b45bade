import {
  BooleanField,
  EnumField,
  IntegerField,
  IntegerListField,
  NestedField,
  NestedListField,
  NumberField,
  TextField,
  TextListField,
  TextMapField,
} from './fields.js';

export const osFamilies = ['linux', 'windows', 'macos'] as const;
export type OsFamily = (typeof osFamilies)[number];
export const architectures = ['amd64', 'arm64'] as const;
export type Architecture = (typeof architectures)[number];
export const gpuSharings = ['none', 'time-slice', 'mps', 'mig'] as const;
export type GpuSharing = (typeof gpuSharings)[number];

/** What a workload needs of a GPU: whole cards (`count`) or a part of one (`share`), never both. */
export class GpuRequest {
  @IntegerField({ optional: true, min: 1, max: 64, description: 'Whole cards' }) count?: number;
  @NumberField({ optional: true, min: 0.01, max: 1, description: 'Part of one card, 0 to 1' }) share?: number;
  @IntegerField({ optional: true, description: 'GPU memory needed, in bytes, per card' }) memoryBytes?: number;
  @TextField({ optional: true, maxLength: 128, description: 'Part of the model name, any case' }) model?: string;
  @BooleanField({ optional: true, description: 'No other workload on the card' }) exclusive?: boolean;
  @BooleanField({ optional: true, description: 'Runs without one if none is free' }) optional?: boolean;
}

export class OsRequest {
  @EnumField(osFamilies, 'OsFamily') family: OsFamily;
  @TextField({
    optional: true,
    maxLength: 64,
    description: 'Exact operating system build, for example 10.0.20348',
    example: '10.0.20348',
  })
  build?: string;
}

/** What one workload needs of a computer. Absent members mean "no need"; CPU and memory have catalogue defaults. */
export class HardwareRequest {
  @IntegerField({ optional: true, max: 1_000_000, description: 'Thousandths of a core' }) cpuMillis?: number;
  @IntegerField({ optional: true }) memoryBytes?: number;
  @IntegerField({ optional: true }) diskBytes?: number;
  @NestedField(() => GpuRequest, { optional: true }) gpu?: GpuRequest;
  @NestedField(() => OsRequest, { optional: true }) os?: OsRequest;
  @EnumField(architectures, 'Architecture', { optional: true }) arch?: Architecture;
  @TextMapField({ optional: true, description: 'Labels the node must have' }) labels?: Record<string, string>;
  @TextMapField({ optional: true, description: 'Labels that make a node better' }) prefers?: Record<string, string>;
  @TextField({ optional: true, maxLength: 63, description: 'Only nodes of this pool' }) pool?: string;
  @IntegerField({ optional: true, max: 64, description: 'Host ports beside the one every worker gets' }) ports?: number;
}

/** Amounts that are added and subtracted. */
export class HardwareAmounts {
  @IntegerField() cpuMillis: number;
  @IntegerField() memoryBytes: number;
  @IntegerField() diskBytes: number;
  @IntegerField({ description: 'Host ports' }) ports: number;
}

/** One GPU, or one MIG slice, of a node. */
export class GpuDevice {
  @TextField({ maxLength: 128 }) id: string;
  @TextField({ maxLength: 64 }) vendor: string;
  @TextField({ maxLength: 128 }) model: string;
  @IntegerField() memoryBytes: number;
  @EnumField(gpuSharings, 'GpuSharing') sharing: GpuSharing;
  @IntegerField({ min: 1, max: 1024, description: 'How many workloads may share it (1 when sharing is none)' })
  slots: number;
  @BooleanField({
    optional: true,
    description: 'Others hand its slots out: a workload gets one, with memoryBytes / slots, and never the whole card',
  })
  fixedSlots?: boolean;
  @IntegerField({ optional: true, max: 1024, description: 'Slots that workloads of others have now' })
  foreignSlots?: number;
}

/** What a workload has of one device. */
export class GpuBooking {
  @TextField({ maxLength: 128 }) deviceId: string;
  @IntegerField({ min: 1 }) slots: number;
  @IntegerField() memoryBytes: number;
  @BooleanField() exclusive: boolean;
}

export const nodeStates = ['ready', 'suspect', 'draining', 'down'] as const;
export type NodeState = (typeof nodeStates)[number];

/** What a node is: facts that seldom change. `allocatable` = `capacity` - what is kept for the system - `foreign`. */
export class NodeDescription {
  @TextField({ maxLength: 128 }) id: string;
  @TextField({ maxLength: 253 }) name: string;
  @NestedField(() => HardwareAmounts) capacity: HardwareAmounts;
  @NestedField(() => HardwareAmounts) allocatable: HardwareAmounts;
  @NestedField(() => HardwareAmounts, { optional: true, description: 'What workloads of others have now' })
  foreign?: HardwareAmounts;
  @NestedListField(() => GpuDevice, { maxItems: 256 }) gpus: GpuDevice[];
  @NestedField(() => OsRequest) os: OsRequest;
  @EnumField(architectures, 'Architecture') arch: Architecture;
  @TextMapField() labels: Record<string, string>;
  @TextListField({ maxLength: 63, description: 'Pools it belongs to' }) pools: string[];
  @TextListField({ optional: true, maxItems: 1000, description: 'Worker types it can run; absent = all' })
  workerTypes?: string[];
  @TextListField({ maxItems: 1000, description: 'Container images present' }) images: string[];
  @EnumField(['process', 'docker', 'kubernetes'], 'BackendName') backend: 'process' | 'docker' | 'kubernetes';
}

/** What one reservation or running workload takes of its node. */
export class HardwareBooking {
  @NestedField(() => HardwareAmounts) amounts: HardwareAmounts;
  @NestedListField(() => GpuBooking, { maxItems: 64 }) gpus: GpuBooking[];
  @IntegerListField({ max: 65535, maxItems: 65, description: 'Host ports booked' }) hostPorts: number[];
}

import {
  BooleanField,
  EnumField,
  IntegerField,
  JsonObjectField,
  NestedField,
  NestedListField,
  NumberField,
  QueryIntegerField,
  TextField,
  TextListField,
  TextMapField,
  TimeField,
} from './fields.js';
import { roleNamePattern } from './catalogue.js';
import {
  GpuDevice,
  HardwareAmounts,
  HardwareRequest,
  NodeDescription,
  nodeStates,
  type NodeState,
} from './hardware.js';

const gpuUses = ['free', 'shared', 'exclusive'] as const;

/** One GPU of a node and what is left of it. */
export class NodeGpuView extends GpuDevice {
  @IntegerField() freeSlots: number;
  @IntegerField() freeMemoryBytes: number;
  @EnumField(gpuUses, 'GpuUse') use: (typeof gpuUses)[number];
}

/** Why and by whom a node takes no new work. */
export class DrainView {
  @TextField({ description: 'User id' }) by: string;
  @TextField({ optional: true, maxLength: 512 }) reason?: string;
  @TimeField() at: string;
}

export class NodeView {
  @TextField({ maxLength: 128 }) id: string;
  @TextField({ maxLength: 253 }) name: string;
  @EnumField(nodeStates, 'NodeState') state: NodeState;
  @IntegerField({ description: 'Rises with every start of the local directory' }) nodeEpoch: number;
  @IntegerField({ description: 'Since its last report, in ms' }) lastReportAgoMs: number;
  @IntegerField({ description: 'Workloads and reservations' }) workloads: number;
  @TextField({ optional: true, description: 'Why it takes no more for the moment' }) pressure?: string;
  @NestedField(() => DrainView, { optional: true }) drain?: DrainView;
  @NestedField(() => HardwareAmounts, { description: 'What is left of `allocatable`' }) free: HardwareAmounts;
  @NestedListField(() => NodeGpuView, { maxItems: 256 }) gpus: NodeGpuView[];
  @NestedField(() => NodeDescription) description: NodeDescription;
}

/** A worker, or the place kept for one, on a node. */
export class NodeWorkloadView {
  @TextField() session: string;
  @TextField() role: string;
  @TextField() worker: string;
  @IntegerField() incarnation: number;
  @EnumField(['reserved', 'starting', 'running'], 'NodeWorkloadState') state: 'reserved' | 'starting' | 'running';
}

export class NodeDetail extends NodeView {
  @NestedListField(() => NodeWorkloadView, { maxItems: 10_000 }) sits: NodeWorkloadView[];
}

export class NodePage {
  @NestedListField(() => NodeView) items: NodeView[];
  @TextField({ optional: true }) nextCursor?: string;
}

export class ListNodesQuery {
  @EnumField(nodeStates, 'NodeState', { optional: true }) state?: NodeState;
  @TextField({ optional: true, maxLength: 63 }) pool?: string;
  @QueryIntegerField({ optional: true, min: 1, max: 1000, default: 200 }) limit?: number;
  @TextField({ optional: true, maxLength: 512 }) cursor?: string;
}

export class DrainNode {
  @TextField({ optional: true, maxLength: 512, description: 'Shown to operators' }) reason?: string;
}

/** One workload of a dry run. */
export class ExplainItem {
  @TextField({ maxLength: 40, pattern: roleNamePattern }) role: string;
  @TextField({ optional: true, maxLength: 63 }) workerType?: string;
  @NestedField(() => HardwareRequest) hardware: HardwareRequest;
  @TextMapField({ optional: true, maxLength: 512, description: 'As in a worker type' }) image?: Record<string, string>;
  @BooleanField({
    optional: true,
    description: 'Whether it runs without an image; absent with `image`: any node will do',
  })
  runsAsProcess?: boolean;
  @TextListField({ optional: true, maxLength: 63, description: 'Roles it must share a node with' }) near?: string[];
  @TextListField({ optional: true, maxLength: 63, description: 'Roles it must not share a node with' })
  apart?: string[];
}

/** Where would these go, all of them or none? Nothing is reserved. */
export class ExplainPlacement {
  @NestedListField(() => ExplainItem, { maxItems: 64 }) items: ExplainItem[];
}

export class ExplainedReason {
  @TextField() filter: string;
  @IntegerField() count: number;
  @TextField() text: string;
  @TextListField() nodes: string[];
}

export class ExplainedPlacement {
  @TextField() role: string;
  @TextField() node: string;
  @TextField() nodeName: string;
  @NumberField({ description: 'Sum of `parts`' }) score: number;
  @JsonObjectField({ description: 'What each scorer added' }) parts: Record<string, number>;
  @TextField({ maxLength: 4096, description: 'How many nodes would do, and why the others would not' }) summary: string;
  @NestedListField(() => ExplainedReason) reasons: ExplainedReason[];
}

export class PlacementExplained {
  @EnumField(['now', 'later', 'never'], 'PlacementVerdict') verdict: 'now' | 'later' | 'never';
  @NestedListField(() => ExplainedPlacement) placements: ExplainedPlacement[];
  @TextField({ optional: true, maxLength: 4096, description: 'Why not, in one line' }) summary?: string;
  @TextField({ optional: true, description: 'The role that has no place' }) role?: string;
  @NestedListField(() => ExplainedReason, { optional: true }) reasons?: ExplainedReason[];
}

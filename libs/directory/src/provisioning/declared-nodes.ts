import {
  architectures,
  EnumField,
  GpuDevice,
  IntegerField,
  NestedField,
  NestedListField,
  OsRequest,
  TextField,
  TextListField,
  TextMapField,
  type Architecture,
} from '@muster/contracts';
import type { PortRange } from '@muster/platform';
import { DeclaredFileInvalid, readDeclaredFile } from './declared-file.js';

export class DeclaredPorts {
  @IntegerField({ min: 1, max: 65535 }) first: number;
  @IntegerField({ min: 1, max: 65535 }) last: number;
}

class DeclaredCapacity {
  @IntegerField({ optional: true }) cpuMillis?: number;
  @IntegerField({ optional: true }) memoryBytes?: number;
  @IntegerField({ optional: true }) diskBytes?: number;
}

/** One node of the nodes file; what it does not say is found on this computer. */
export class DeclaredNodeEntry {
  @TextField({
    maxLength: 63,
    pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
    patternName: 'lower case letters, digits and hyphens',
  })
  name: string;
  @NestedField(() => DeclaredPorts, { optional: true }) ports?: DeclaredPorts;
  @NestedField(() => DeclaredCapacity, { optional: true }) capacity?: DeclaredCapacity;
  @NestedField(() => DeclaredCapacity, { optional: true }) reserved?: DeclaredCapacity;
  @NestedListField(() => GpuDevice, { optional: true, maxItems: 256 }) gpus?: GpuDevice[];
  @NestedField(() => OsRequest, { optional: true }) os?: OsRequest;
  @EnumField(architectures, 'Architecture', { optional: true }) arch?: Architecture;
  @TextMapField({ optional: true }) labels?: Record<string, string>;
  @TextListField({ optional: true, maxLength: 63 }) pools?: string[];
  @TextListField({ optional: true, maxItems: 1000 }) workerTypes?: string[];
}

class NodesFile {
  @NestedListField(() => DeclaredNodeEntry, { maxItems: 100 }) nodes: DeclaredNodeEntry[];
}

export type DeclaredNodeWithPorts = Omit<DeclaredNodeEntry, 'ports'> & { ports: PortRange };

/** First host port of declared nodes that name none, and how many each gets. */
const firstPort = 23_000;
const portsEach = 200;

/** The nodes of a file (YAML or JSON), each with its own range of host ports. Throws DeclaredFileInvalid that names every wrong member. */
export async function readDeclaredNodes(path: string): Promise<DeclaredNodeWithPorts[]> {
  const file = await readDeclaredFile(path, NodesFile);
  const nodes = file.nodes.map((node, index) => Object.assign({}, node, { ports: node.ports ?? sliceOf(index) }));
  const clash = clashOf(nodes);
  if (clash !== undefined) throw new DeclaredFileInvalid(`${path}: ${clash}`);
  return nodes;
}

function sliceOf(index: number): PortRange {
  const first = firstPort + index * portsEach;
  return { first, last: first + portsEach - 1 };
}

function clashOf(nodes: readonly DeclaredNodeWithPorts[]): string | undefined {
  for (const [index, node] of nodes.entries()) {
    if (node.ports.last < node.ports.first) return `node ${node.name}: ports.last is below ports.first`;
    for (const other of nodes.slice(0, index)) {
      if (other.name === node.name) return `two nodes are named ${node.name}`;
      if (other.ports.first <= node.ports.last && node.ports.first <= other.ports.last)
        return `the ports of ${other.name} and ${node.name} overlap`;
    }
  }
  return undefined;
}

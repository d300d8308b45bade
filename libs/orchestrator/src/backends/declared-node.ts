import { readFile } from 'node:fs/promises';
import {
  architectures,
  EnumField,
  GpuDevice,
  IntegerField,
  NestedField,
  NestedListField,
  OsRequest,
  problemsOf,
  TextField,
  TextListField,
  TextMapField,
  type Architecture,
} from '@muster/contracts';
import { InvalidSpec } from '../contract/errors.js';

/** Amounts of which any may be left out. */
export class DeclaredAmounts {
  @IntegerField({ optional: true }) cpuMillis?: number;
  @IntegerField({ optional: true }) memoryBytes?: number;
  @IntegerField({ optional: true }) diskBytes?: number;
  @IntegerField({ optional: true }) ports?: number;
}

/** A node file: what it names replaces what was found. Several declared nodes on one computer share it so. */
export class DeclaredNode {
  @TextField({ optional: true, maxLength: 253 }) name?: string;
  @NestedField(() => DeclaredAmounts, { optional: true }) capacity?: DeclaredAmounts;
  @NestedField(() => DeclaredAmounts, { optional: true, description: 'Kept for the system' })
  reserved?: DeclaredAmounts;
  @NestedListField(() => GpuDevice, { optional: true, maxItems: 256 }) gpus?: GpuDevice[];
  @NestedField(() => OsRequest, { optional: true }) os?: OsRequest;
  @EnumField(architectures, 'Architecture', { optional: true }) arch?: Architecture;
  @TextMapField({ optional: true }) labels?: Record<string, string>;
  @TextListField({ optional: true, maxLength: 63 }) pools?: string[];
  @TextListField({ optional: true, maxItems: 1000 }) workerTypes?: string[];
}

/** Reads a node file (YAML, of which JSON is a part). Throws `InvalidSpec` that names the file and each wrong member. */
export async function readDeclaredNode(path: string): Promise<DeclaredNode> {
  const value = await readYaml(path);
  const problems = problemsOf(DeclaredNode, value);
  if (problems.length === 0) return value as DeclaredNode;
  const listed = problems.map(({ member, reason }) => `${member || 'the file'} ${reason}`).join('; ');
  throw new InvalidSpec(`node file ${path}: ${listed}`);
}

async function readYaml(path: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(await readFile(path, 'utf8')) ?? {};
  } catch (cause) {
    throw new InvalidSpec(`node file ${path} cannot be read: ${String(cause)}`, { cause });
  }
}

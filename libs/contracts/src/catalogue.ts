import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { ValidateBy, ValidateIf } from 'class-validator';
import {
  BooleanField,
  EnumField,
  IntegerField,
  JsonObjectField,
  NestedField,
  NestedListField,
  NestedMapField,
  TextField,
  TextListField,
  TextMapField,
} from './fields.js';
import { problemsOf } from './member-problems.js';
import { HardwareRequest } from './hardware.js';

/** The kinds of catalogue entry: how one kind of worker is run, and which workers make a session. */
export const catalogueKinds = ['WorkerType', 'SessionType'] as const;
export type CatalogueKind = (typeof catalogueKinds)[number];

const typeName = {
  maxLength: 63,
  pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/,
  patternName: 'lower case letters, digits and hyphens',
};
/** Names of roles: safe in routes, environment variables and labels. */
export const roleNamePattern = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;
/** Names of environment variables. */
export const environmentNamePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** A module of the worker SDK, or a command: exactly one. A first word `node` is our own Node; "$PORT" and the like are replaced. */
export class ProcessRun {
  @TextField({
    optional: true,
    description: 'SDK module, relative to the installation',
    example: 'workers/field-solver',
  })
  module?: string;
  @BooleanField({
    optional: true,
    default: true,
    description: 'A module may be run by a process that was started before and waited, where the node keeps such',
  })
  spare?: boolean;
  @TextListField({ optional: true, description: 'Program and arguments, run in the folder of the installation' })
  command?: string[];
}

/** How a worker is run by each back end; at least one of `process` and `image`. */
export class WorkerRun {
  @NestedField(() => ProcessRun, { optional: true }) process?: ProcessRun;
  @TextMapField({
    optional: true,
    maxLength: 512,
    description: 'Image per operating system family, or per family and build (windows-10.0.20348)',
  })
  image?: Record<string, string>;
  @TextListField({ optional: true, description: "Replaces the image's own command" }) command?: string[];
}

/** For programs that do not register: the node does it when this answers. */
export class NodeProbe {
  @TextField({
    optional: true,
    pattern: /^\/\S*$/,
    patternName: 'a path that starts with /',
    description: 'Ready when a GET answers below 500',
  })
  httpGet?: string;
  @BooleanField({ optional: true, description: 'Ready when the port accepts' }) tcp?: true;
  @IntegerField({
    optional: true,
    min: 1,
    max: 65535,
    description: "The program's port in its container; default the one it is given",
  })
  port?: number;
}

export class NodeRegistration {
  @NestedField(() => NodeProbe) node: NodeProbe;
}
export type Registers = 'self' | NodeRegistration;

export class SecretReference {
  @TextField({
    maxLength: 253,
    pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    patternName: 'lower case letters, digits, dots and hyphens',
  })
  secret: string;
}
export type EnvironmentValue = string | SecretReference;

/** A place of the operator's, given to the worker: a host folder, a Docker volume or a claim of this name. */
export class MountRequest {
  @TextField(typeName) name: string;
  @TextField({ maxLength: 255, pattern: /^(\/|[A-Za-z]:\\)\S*$/, patternName: 'an absolute path' }) path: string;
  @BooleanField({ optional: true, default: false }) readOnly?: boolean;
}

export class WorkerType {
  @EnumField(['WorkerType'], 'WorkerTypeKind') kind: 'WorkerType';
  @TextField(typeName) name: string;
  @TextField({ optional: true, maxLength: 4096 }) description?: string;
  @NestedField(() => WorkerRun) run: WorkerRun;
  @RegistersField() registers?: Registers;
  @NestedField(() => HardwareRequest, { optional: true }) hardware?: HardwareRequest;
  @EnvironmentField() env?: Record<string, EnvironmentValue>;
  @NestedListField(() => MountRequest, { optional: true, maxItems: 32 }) mounts?: MountRequest[];
  @IntegerField({ optional: true, min: 1, max: 86_400_000, description: 'From start to registered' })
  startTimeoutMs?: number;
  @IntegerField({ optional: true, min: 1, max: 86_400_000, description: 'For pulling its image' })
  pullTimeoutMs?: number;
  @IntegerField({ optional: true, max: 3_600_000, description: 'Between the wish to end and the kill' })
  shutdownGraceMs?: number;
  @BooleanField({ optional: true, description: 'Ended by its node when the control plane is out of reach' })
  fenceOnIsolation?: boolean;
  @JsonObjectField({
    optional: true,
    description: "Parameters of every worker of this type; the session's and the role's are put over them",
  })
  settings?: Record<string, unknown>;
}

export class RestartPolicy {
  @IntegerField({
    max: 1000,
    description: 'More restarts than this within `withinMs` fail the session; 0 = never restarted',
  })
  maxTimes: number;
  @IntegerField({ min: 1, max: 86_400_000 }) withinMs: number;
  @IntegerField({ optional: true, max: 3_600_000, description: 'Pause before the first restart; it doubles each time' })
  backoffMs?: number;
}

export class RoleSpec {
  @TextField({ maxLength: 63, description: 'Name of the worker type' }) worker: string;
  @BooleanField({ optional: true, default: true, description: 'The session runs only with it' }) mandatory?: boolean;
  @NestedField(() => RestartPolicy, { optional: true }) restart?: RestartPolicy;
  @TextListField({ optional: true, maxLength: 63, description: 'Roles that must be on the same node' }) near?: string[];
  @TextListField({ optional: true, maxLength: 63, description: 'Roles that must be on other nodes' }) apart?: string[];
  @JsonObjectField({ optional: true, description: "Put over the session's parameters for this role" })
  parameters?: Record<string, unknown>;
  @NestedField(() => HardwareRequest, { optional: true, description: "Put over the worker type's, member by member" })
  hardware?: HardwareRequest;
}

export class SessionLimits {
  @IntegerField({ optional: true, min: 1, description: 'Closed after so long without use' }) idleMs?: number;
  @IntegerField({ optional: true, min: 1, description: 'Closed at this age' }) maxAgeMs?: number;
  @IntegerField({ optional: true, min: 1, description: 'From grant to running' }) startTimeoutMs?: number;
}

export const disconnectPolicies = ['keep', 'close'] as const;
export type DisconnectPolicy = (typeof disconnectPolicies)[number];

export class SessionType {
  @EnumField(['SessionType'], 'SessionTypeKind') kind: 'SessionType';
  @TextField(typeName) name: string;
  @TextField({ optional: true, maxLength: 128 }) title?: string;
  @TextField({ optional: true, maxLength: 4096 }) description?: string;
  @JsonObjectField({ optional: true, description: 'JSON Schema (2020-12) of the parameters' }) parameters?: Record<
    string,
    unknown
  >;
  @NestedMapField(() => RoleSpec, { maxEntries: 64, keyPattern: roleNamePattern }) roles: Record<string, RoleSpec>;
  @NestedField(() => SessionLimits, { optional: true }) limits?: SessionLimits;
  @EnumField(disconnectPolicies, 'DisconnectPolicy', {
    optional: true,
    default: 'keep',
    description: 'When the last client has gone',
  })
  onDisconnect?: DisconnectPolicy;
  @IntegerField({ optional: true, max: 100, default: 50, description: 'For sessions created without one' })
  priority?: number;
}

/** A worker type with every default filled in; part of a {@link ResolvedSessionType}. */
export interface ResolvedWorkerType {
  name: string;
  run: WorkerRun;
  registers: Registers;
  env: Record<string, EnvironmentValue>;
  mounts: Required<MountRequest>[];
  startTimeoutMs: number;
  pullTimeoutMs: number;
  shutdownGraceMs: number;
  fenceOnIsolation: boolean;
  settings: Record<string, unknown>;
}

export interface ResolvedRole {
  /** Key of `workerTypes`. */
  worker: string;
  mandatory: boolean;
  restart: Required<RestartPolicy>;
  near: string[];
  apart: string[];
  parameters: Record<string, unknown>;
  /** What this role needs: the worker type's, the role's members over it. */
  hardware: HardwareRequest & { cpuMillis: number; memoryBytes: number };
}

/** Everything a session needs of the catalogue, frozen: later changes of the catalogue do not reach it. Goes into the session document. */
export interface ResolvedSessionType {
  name: string;
  title: string;
  description: string;
  /** JSON Schema; absent = any parameters. */
  parameters?: Record<string, unknown>;
  roles: Record<string, ResolvedRole>;
  workerTypes: Record<string, ResolvedWorkerType>;
  limits: Required<SessionLimits>;
  onDisconnect: DisconnectPolicy;
  priority: number;
}

/** 'self', or how the node finds out that the program answers. */
function RegistersField(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value) => value !== undefined),
    ValidateBy({
      name: 'registers',
      validator: {
        validate: (value: unknown) => value === 'self' || problemsOf(NodeRegistration, value).length === 0,
        defaultMessage: () => "$property must be 'self' or { node: { httpGet or tcp, port } }",
      },
    }),
    (prototype: object, key: string | symbol) =>
      ApiExtraModels(NodeRegistration)(prototype.constructor as never, key, undefined as never),
    (prototype: object, key: string | symbol) =>
      ApiPropertyOptional({
        oneOf: [{ type: 'string', enum: ['self'] }, { $ref: getSchemaPath(NodeRegistration) }],
        default: 'self',
      })(prototype, key),
  );
}

/** Environment variables: a text, or the operator's secret of that name, which arrives as a file. */
function EnvironmentField(): PropertyDecorator {
  return applyDecorators(
    ValidateIf((_, value) => value !== undefined),
    ValidateBy({
      name: 'environment',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          environmentProblems(value).length === 0,
        defaultMessage: (arguments_) =>
          `$property must map names to texts or { secret }: ${environmentProblems(arguments_?.value as object).join('; ')}`,
      },
    }),
    (prototype: object, key: string | symbol) =>
      ApiExtraModels(SecretReference)(prototype.constructor as never, key, undefined as never),
    (prototype: object, key: string | symbol) =>
      ApiPropertyOptional({
        type: 'object',
        additionalProperties: { oneOf: [{ type: 'string' }, { $ref: getSchemaPath(SecretReference) }] },
        description: 'Secrets arrive as files: their names end in _FILE',
      })(prototype, key),
  );
}

function environmentProblems(value: object | null | undefined): string[] {
  return Object.entries(value ?? {}).flatMap(([name, entry]) => {
    const reason = environmentEntryProblem(name, entry);
    return reason === undefined ? [] : [`${name} ${reason}`];
  });
}

/** What is wrong with one environment variable of a worker type, or undefined. */
export function environmentEntryProblem(name: string, value: unknown): string | undefined {
  if (!environmentNamePattern.test(name)) return 'is not a name for an environment variable';
  if (name.startsWith('MUSTER_')) return 'is reserved: names that start with MUSTER_ are set by Muster';
  if (typeof value === 'string') return value.length <= 32_768 ? undefined : 'is longer than 32768 characters';
  const [problem] = problemsOf(SecretReference, value);
  if (problem !== undefined) return `must be a text or { secret: name } (${problem.member} ${problem.reason})`;
  return name.endsWith('_FILE') ? undefined : `is a secret and arrives as a file: name it ${name}_FILE`;
}

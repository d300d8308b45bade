import {
  MusterError,
  type HardwareRequest,
  type ResolvedRole,
  type ResolvedSessionType,
  type ResolvedWorkerType,
  type RoleSpec,
  type SessionType,
  type WorkerType,
} from '@muster/contracts';
import type { Catalogue } from './catalogue.js';
import { catalogueDefaults } from './defaults.js';
import { nearestWord } from './problems.js';

/**
 * Everything a session of this type needs, frozen and complete: the type, its worker types, every default filled in. It shares
 * nothing with the catalogue, so a later change does not reach sessions that have it. Throws `unknown-type`.
 */
export function resolveSessionType(catalogue: Catalogue, name: string): ResolvedSessionType {
  const type = catalogue.sessionTypes.get(name)?.type;
  if (type === undefined) throw unknownType('session type', name, catalogue.sessionTypes.keys());
  const workers = new Map(Object.values(type.roles).map(({ worker }) => [worker, workerTypeNamed(catalogue, worker)]));
  return deepFreeze(structuredClone(assemble(type, workers)));
}

function assemble(type: SessionType, workers: ReadonlyMap<string, WorkerType>): ResolvedSessionType {
  return {
    name: type.name,
    title: type.title ?? type.name,
    description: type.description ?? '',
    ...(type.parameters === undefined ? {} : { parameters: type.parameters }),
    roles: Object.fromEntries(
      Object.entries(type.roles).map(([role, spec]) => [role, resolveRole(spec, workers.get(spec.worker)?.hardware)]),
    ),
    workerTypes: Object.fromEntries([...workers].map(([name, worker]) => [name, resolveWorkerType(worker)])),
    limits: over(catalogueDefaults.limits, type.limits),
    onDisconnect: type.onDisconnect ?? catalogueDefaults.onDisconnect,
    priority: type.priority ?? catalogueDefaults.priority,
  };
}

function resolveRole(spec: RoleSpec, workerHardware: HardwareRequest | undefined): ResolvedRole {
  return {
    worker: spec.worker,
    mandatory: spec.mandatory ?? true,
    restart: over(catalogueDefaults.restart, spec.restart),
    near: spec.near ?? [],
    apart: spec.apart ?? [],
    parameters: spec.parameters ?? {},
    hardware: over(over(catalogueDefaults.hardware, workerHardware), spec.hardware),
  };
}

/** A worker type with its defaults; what it needs of a node stands with each role, which may ask for more. */
export function resolveWorkerType(type: WorkerType): ResolvedWorkerType {
  const { worker: defaults } = catalogueDefaults;
  return {
    name: type.name,
    run: type.run,
    registers: type.registers ?? 'self',
    env: type.env ?? {},
    mounts: (type.mounts ?? []).map((mount) => over({ readOnly: false }, mount)),
    startTimeoutMs: type.startTimeoutMs ?? defaults.startTimeoutMs,
    pullTimeoutMs: type.pullTimeoutMs ?? defaults.pullTimeoutMs,
    shutdownGraceMs: type.shutdownGraceMs ?? defaults.shutdownGraceMs,
    fenceOnIsolation: type.fenceOnIsolation ?? false,
    settings: type.settings ?? {},
  };
}

/** What one worker is initialised with: the settings of its type, the session's parameters over them, its role's over these. */
export function parametersOfRole(
  type: ResolvedSessionType,
  role: string,
  sessionParameters: Record<string, unknown>,
): Record<string, unknown> {
  const spec = type.roles[role];
  const settings = spec === undefined ? undefined : type.workerTypes[spec.worker]?.settings;
  return { ...settings, ...sessionParameters, ...spec?.parameters };
}

function workerTypeNamed(catalogue: Catalogue, name: string): WorkerType {
  const entry = catalogue.workerTypes.get(name);
  if (entry === undefined) throw unknownType('worker type', name, catalogue.workerTypes.keys());
  return entry.type;
}

function unknownType(what: string, name: string, known: Iterable<string>): MusterError {
  const meant = nearestWord(name, known);
  return new MusterError(
    'unknown-type',
    `there is no ${what} "${name}"; ${meant === undefined ? `GET /v1/${what.replace(' ', '-')}s lists all` : `did you mean ${meant}?`}`,
  );
}

/** The given members over the default ones. */
function over<D extends object, T extends object>(defaults: D, given: T | undefined): D & T {
  return Object.assign({}, defaults, given);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

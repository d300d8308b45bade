import {
  GpuRequest,
  HardwareRequest,
  NodeRegistration,
  OsRequest,
  ProcessRun,
  RestartPolicy,
  RoleSpec,
  SessionLimits,
  SessionType,
  WorkerRun,
  WorkerType,
  catalogueKinds,
  environmentEntryProblem,
  problemsOf,
  roleNamePattern,
} from '@muster/contracts';
import { getMetadataStorage } from 'class-validator';
import { nearestWord, type FixableProblem } from './problems.js';
import { sessionTypeRules } from './session-rules.js';
import { isObject } from './sizes.js';
import { workerTypeRules } from './worker-rules.js';

export type CatalogueType = WorkerType | SessionType;

/**
 * Everything that is wrong with one entry by itself: its shape against the DTO class, then the rules a shape cannot say.
 * References to other entries are checked by `referenceProblems`.
 */
export function entryProblems(entry: unknown): FixableProblem[] {
  if (!isObject(entry)) return [{ member: '', reason: 'must be a map', fix: 'begin with kind: and name:' }];
  if (entry['kind'] === 'WorkerType') return workerTypeProblems(entry);
  if (entry['kind'] === 'SessionType') return sessionTypeProblems(entry);
  return [
    {
      member: 'kind',
      reason: `must be one of ${catalogueKinds.join(', ')}`,
      fix: 'write kind: WorkerType or kind: SessionType',
    },
  ];
}

function workerTypeProblems(entry: Record<string, unknown>): FixableProblem[] {
  const shape = problemsOf(WorkerType, entry);
  const registers = isObject(entry['registers'])
    ? below('registers', problemsOf(NodeRegistration, entry['registers']))
    : [];
  const env = Object.entries(isObject(entry['env']) ? entry['env'] : {}).flatMap(([name, value]) => {
    const reason = environmentEntryProblem(name, value);
    return reason === undefined ? [] : [{ member: `env.${name}`, reason }];
  });
  const exact = inPlaceOf(inPlaceOf(shape, 'registers', registers), 'env', env);
  return exact.length > 0 ? exact.map(withFix) : workerTypeRules(entry as unknown as WorkerType);
}

function sessionTypeProblems(entry: Record<string, unknown>): FixableProblem[] {
  const roles = Object.entries(isObject(entry['roles']) ? entry['roles'] : {}).flatMap(([role, spec]) =>
    roleNamePattern.test(role)
      ? below(`roles.${role}`, problemsOf(RoleSpec, spec))
      : [
          {
            member: `roles.${role}`,
            reason: 'is not a name for a role (lower case letters, digits and hyphens, at most 40)',
          },
        ],
  );
  const exact = inPlaceOf(problemsOf(SessionType, entry), 'roles', roles);
  return exact.length > 0 ? exact.map(withFix) : sessionTypeRules(entry as unknown as SessionType);
}

function below(parent: string, problems: FixableProblem[]): FixableProblem[] {
  return problems.map((problem) => ({
    ...problem,
    member: problem.member === '' ? parent : `${parent}.${problem.member}`,
  }));
}

/** A map is one member to its DTO class; here its entries are named one by one. */
function inPlaceOf(problems: FixableProblem[], member: string, exact: FixableProblem[]): FixableProblem[] {
  return exact.length === 0 ? problems : [...problems.filter((problem) => problem.member !== member), ...exact];
}

const describedClasses = [
  WorkerType,
  SessionType,
  WorkerRun,
  ProcessRun,
  NodeRegistration,
  RoleSpec,
  RestartPolicy,
  SessionLimits,
  HardwareRequest,
  GpuRequest,
  OsRequest,
];

function withFix(problem: FixableProblem): FixableProblem {
  if (problem.reason !== 'is not a known member') return problem;
  const word = problem.member.split('.').at(-1) ?? '';
  const meant = nearestWord(word, knownMembers());
  return { ...problem, fix: meant === undefined || meant === word ? 'remove it' : `did you mean ${meant}?` };
}

function knownMembers(): Set<string> {
  const storage = getMetadataStorage();
  return new Set(
    describedClasses.flatMap((each) =>
      storage.getTargetValidationMetadatas(each, '', true, false).map((metadata) => metadata.propertyName),
    ),
  );
}

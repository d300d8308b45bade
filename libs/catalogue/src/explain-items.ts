import type { ExplainItem, RoleSpec, SessionTypeView, WorkerTypeView } from '@muster/contracts';
import { catalogueDefaults } from './defaults.js';

/** The questions that a session of a type comes down to: the roles it runs only with, all of them or none; each other by itself. */
export interface ExplainQuestions {
  mandatory: ExplainItem[];
  others: ExplainItem[];
}

/**
 * What to ask `POST /v1/placements/explain` for where a session of this type would go, as the installation would ask itself:
 * with the catalogue's defaults. `workerTypes` are those that its roles name.
 */
export function explainQuestions(
  type: Pick<SessionTypeView, 'roles'>,
  workerTypes: readonly Pick<WorkerTypeView, 'name' | 'hardware' | 'run'>[],
): ExplainQuestions {
  const names = Object.keys(type.roles);
  const isMandatory = (role: string): boolean => type.roles[role]?.mandatory ?? true;
  const item = (role: string, together: readonly string[]): ExplainItem => {
    const spec = type.roles[role]!;
    return itemOf(
      { role, spec, together },
      workerTypes.find(({ name }) => name === spec.worker),
    );
  };
  const mandatory = names.filter(isMandatory);
  const others = names.filter((role) => !isMandatory(role));
  return {
    mandatory: mandatory.map((role) => item(role, mandatory)),
    others: others.map((role) => item(role, [role])),
  };
}

interface Asked {
  role: string;
  spec: RoleSpec;
  /** Partners that are not part of the same question are left out. */
  together: readonly string[];
}

function itemOf(
  { role, spec, together }: Asked,
  worker: Pick<WorkerTypeView, 'hardware' | 'run'> | undefined,
): ExplainItem {
  const near = (spec.near ?? []).filter((other) => together.includes(other));
  const apart = (spec.apart ?? []).filter((other) => together.includes(other));
  const image = worker?.run.image;
  return {
    role,
    workerType: spec.worker,
    hardware: Object.assign({}, catalogueDefaults.hardware, worker?.hardware, spec.hardware),
    runsAsProcess: worker?.run.process !== undefined,
    ...(image !== undefined && { image }),
    ...(near.length > 0 && { near }),
    ...(apart.length > 0 && { apart }),
  };
}

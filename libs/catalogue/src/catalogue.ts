import type { SessionType, WorkerType } from '@muster/contracts';
import type { CatalogueType } from './entry-rules.js';
import { nearestWord, type CatalogueProblem, type FixableProblem } from './problems.js';
import type { FileEntry } from './parse-file.js';

/** Where an entry comes from: those of a file are read-only over the API. */
export type EntrySource = { kind: 'file'; file: string; line: number } | { kind: 'api' };

export interface CatalogueEntry<T extends CatalogueType = CatalogueType> {
  type: T;
  source: EntrySource;
}

/** All session and worker types, by name. A value: changes make a new one. */
export interface Catalogue {
  readonly sessionTypes: ReadonlyMap<string, CatalogueEntry<SessionType>>;
  readonly workerTypes: ReadonlyMap<string, CatalogueEntry<WorkerType>>;
}

/** The catalogue of entries that are each valid; of two with the same kind and name the first stays. References are not checked here. */
export function catalogueOf(entries: readonly CatalogueEntry[]): Catalogue {
  const sessionTypes = new Map<string, CatalogueEntry<SessionType>>();
  const workerTypes = new Map<string, CatalogueEntry<WorkerType>>();
  for (const { type, source } of entries) {
    if (type.kind === 'SessionType') {
      if (!sessionTypes.has(type.name)) sessionTypes.set(type.name, { type, source });
    } else if (!workerTypes.has(type.name)) workerTypes.set(type.name, { type, source });
  }
  return { sessionTypes, workerTypes };
}

/** The catalogue of the files together with what was made over the API; where both have a name, the file's entry stays. */
export function withApiEntries(files: Catalogue, types: readonly CatalogueType[]): Catalogue {
  const made = types.map((type): CatalogueEntry => ({ type, source: { kind: 'api' } }));
  return catalogueOf([...files.sessionTypes.values(), ...files.workerTypes.values(), ...made]);
}

/** The entry of this kind and name, or undefined. */
export function findEntry(
  catalogue: Catalogue,
  { kind, name }: Pick<CatalogueType, 'kind' | 'name'>,
): CatalogueEntry | undefined {
  return kind === 'SessionType' ? catalogue.sessionTypes.get(name) : catalogue.workerTypes.get(name);
}

/** Names of the session types that use a worker type: while there are any, it cannot be removed. */
export function usersOf(catalogue: Catalogue, workerType: string): string[] {
  return [...catalogue.sessionTypes.values()]
    .filter(({ type }) => Object.values(type.roles).some((role) => role.worker === workerType))
    .map(({ type }) => type.name);
}

/** Worker types that an entry names and the catalogue does not have. */
export function referenceProblems(catalogue: Catalogue, type: CatalogueType): FixableProblem[] {
  if (type.kind === 'WorkerType') return [];
  return Object.entries(type.roles).flatMap(([role, { worker }]) => {
    if (catalogue.workerTypes.has(worker)) return [];
    const meant = nearestWord(worker, catalogue.workerTypes.keys());
    const fix = meant === undefined ? 'add a WorkerType of this name' : `did you mean ${meant}?`;
    return [{ member: `roles.${role}.worker`, reason: `no worker type is named "${worker}"`, fix }];
  });
}

/** Names used twice, and references into nothing, over the entries of all files; with their places. */
export function fileProblems(entries: readonly FileEntry[]): CatalogueProblem[] {
  const catalogue = catalogueOf(
    entries.map(({ type, file, line }) => ({ type, source: { kind: 'file', file, line } })),
  );
  return entries.flatMap((entry) =>
    [...duplicateProblems(catalogue, entry), ...referenceProblems(catalogue, entry.type)].map((problem) => ({
      file: entry.file,
      ...entry.at(problem.member),
      ...problem,
    })),
  );
}

function duplicateProblems(catalogue: Catalogue, { type, file, line }: FileEntry): FixableProblem[] {
  const source = findEntry(catalogue, type)?.source;
  if (source?.kind !== 'file' || (source.file === file && source.line === line)) return [];
  return [
    {
      member: 'name',
      reason: `${type.kind} "${type.name}" is in ${source.file}:${source.line} too`,
      fix: 'rename or remove one of them',
    },
  ];
}

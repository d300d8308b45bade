import {
  MusterError,
  type CatalogueKind,
  type PageQuery,
  type ResolvedSessionType,
  type SessionTypeView,
  type WorkerTypeView,
} from '@muster/contracts';
import {
  entryProblems,
  findEntry,
  referenceProblems,
  resolveSessionType,
  usersOf,
  withApiEntries,
  type Catalogue,
  type CatalogueEntry,
  type CatalogueType,
  type FixableProblem,
} from '@muster/catalogue';
import type { Clock } from '@muster/platform';
import {
  DuplicateKey,
  updateDocument,
  type Collection,
  type CollectionDefinition,
  type DocumentStore,
  type StoredDocument,
} from '@muster/store';
import { readAll } from './read-all.js';

interface CatalogueDocument extends StoredDocument {
  version: 1;
  type: CatalogueType;
}

export type EntryView<Kind extends CatalogueKind> = Kind extends 'SessionType' ? SessionTypeView : WorkerTypeView;
export interface EntryPage<Kind extends CatalogueKind> {
  items: EntryView<Kind>[];
  nextCursor?: string;
}

const catalogueCollection: CollectionDefinition = { name: 'catalogue', indexes: [] };

/** What another replica wrote is seen here after so long at the latest, in ms. */
const freshMs = 1000;

export interface CatalogueEntriesParts {
  store: DocumentStore;
  clock: Clock;
  /** The types of the operator's files. */
  files: Catalogue;
}

/** The catalogue: what the files say, and what was made over the API, which never replaces a file's entry. */
export class CatalogueEntries {
  private readonly documents: Collection<CatalogueDocument>;
  private known: { catalogue: Catalogue; atMs: number } | undefined;

  constructor(private readonly parts: CatalogueEntriesParts) {
    this.documents = parts.store.collection(catalogueCollection);
  }

  /** Everything a session of this type needs, frozen. Rejects with `unknown-type`. */
  async resolve(name: string): Promise<ResolvedSessionType> {
    const recent = await this.all();
    const catalogue = recent.sessionTypes.has(name) ? recent : await this.read();
    return resolveSessionType(catalogue, name);
  }

  /** By name; the cursor is the last name of the page before. */
  async page<Kind extends CatalogueKind>(kind: Kind, query: PageQuery): Promise<EntryPage<Kind>> {
    const { limit = 50, cursor = '' } = query;
    const catalogue = await this.read();
    const entries = [...(kind === 'SessionType' ? catalogue.sessionTypes : catalogue.workerTypes).values()];
    const after = entries.filter(({ type }) => type.name > cursor);
    const items = after.sort((left, right) => (left.type.name < right.type.name ? -1 : 1)).slice(0, limit);
    const last = items.length < after.length ? items.at(-1)?.type.name : undefined;
    return { items: items.map(viewOf<Kind>), ...(last === undefined ? {} : { nextCursor: last }) };
  }

  /** Rejects with `unknown-type`. */
  async get<Kind extends CatalogueKind>(kind: Kind, name: string): Promise<EntryView<Kind>> {
    const entry = findEntry(await this.read(), { kind, name } as CatalogueType);
    if (entry === undefined) throw unknown(kind, name);
    return viewOf<Kind>(entry);
  }

  /** Rejects with `already-exists`, `defined-in-file` or `invalid-request`. */
  async create<Type extends CatalogueType>(type: Type): Promise<EntryView<Type['kind']>> {
    await this.requireWritable(type);
    try {
      await this.documents.insert({ _id: idOf(type), version: 1, type: plain(type) });
    } catch (error) {
      if (error instanceof DuplicateKey)
        throw new MusterError('already-exists', `${type.kind} ${type.name} exists already`);
      throw error;
    }
    return this.written(type);
  }

  /** Makes or replaces it. Rejects with `defined-in-file` or `invalid-request`. */
  async put<Type extends CatalogueType>(type: Type): Promise<EntryView<Type['kind']>> {
    await this.requireWritable(type);
    const replaced = await updateDocument(this.documents, idOf(type), (current) => ({ ...current, type: plain(type) }));
    return replaced === undefined
      ? this.create(type).catch((error: unknown) => this.putAgain(type, error))
      : this.written(type);
  }

  /** Rejects with `unknown-type`, `defined-in-file`, or `conflict` while a session type uses it. */
  async remove(kind: CatalogueKind, name: string): Promise<void> {
    const catalogue = await this.read();
    const entry = findEntry(catalogue, { kind, name } as CatalogueType);
    if (entry === undefined) throw unknown(kind, name);
    requireNoFile(entry);
    const users = kind === 'WorkerType' ? usersOf(catalogue, name) : [];
    if (users.length > 0)
      throw new MusterError('conflict', `${name} is used by ${users.join(', ')}; change those first`);
    await this.documents.remove(idOf(entry.type));
    this.known = undefined;
  }

  private async putAgain<Type extends CatalogueType>(type: Type, error: unknown): Promise<EntryView<Type['kind']>> {
    if (error instanceof MusterError && error.code === 'already-exists') return this.put(type);
    throw error;
  }

  private written<Type extends CatalogueType>(type: Type): EntryView<Type['kind']> {
    this.known = undefined;
    return viewOf({ type, source: { kind: 'api' } });
  }

  private async requireWritable(type: CatalogueType): Promise<void> {
    refuse(entryProblems(type));
    const catalogue = await this.read();
    const entry = findEntry(catalogue, type);
    if (entry !== undefined) requireNoFile(entry);
    refuse(referenceProblems(catalogue, type));
  }

  private async all(): Promise<Catalogue> {
    const { known } = this;
    if (known !== undefined && this.parts.clock.monotonicMs() - known.atMs < freshMs) return known.catalogue;
    return this.read();
  }

  private async read(): Promise<Catalogue> {
    const documents = await readAll(this.documents, {});
    const catalogue = withApiEntries(
      this.parts.files,
      documents.map(({ type }) => type),
    );
    this.known = { catalogue, atMs: this.parts.clock.monotonicMs() };
    return catalogue;
  }
}

/** An entry of this kind as it is shown. */
function viewOf<Kind extends CatalogueKind>({ type, source }: CatalogueEntry): EntryView<Kind> {
  return Object.assign(plain(type), { source }) as unknown as EntryView<Kind>;
}

function requireNoFile({ type, source }: CatalogueEntry): void {
  if (source.kind !== 'file') return;
  throw new MusterError('defined-in-file', `${type.name} is defined in ${source.file}:${source.line}; change it there`);
}

function refuse(problems: readonly FixableProblem[]): void {
  if (problems.length === 0) return;
  const errors = problems.map(({ member, reason, fix }) => ({
    member,
    reason: fix === undefined ? reason : `${reason}; ${fix}`,
  }));
  throw new MusterError(
    'invalid-request',
    errors
      .map(({ member, reason }) => `${member} ${reason}`)
      .join('; ')
      .slice(0, 1000),
    { errors },
  );
}

function unknown(kind: CatalogueKind, name: string): MusterError {
  const what = kind === 'SessionType' ? 'session' : 'worker';
  return new MusterError('unknown-type', `there is no ${what} type "${name}"; GET /v1/${what}-types lists all`);
}

function idOf({ kind, name }: CatalogueType): string {
  return `${kind}/${name}`;
}

/** What JSON says of it: the request's class instances are no documents. */
function plain(type: CatalogueType): CatalogueType {
  return JSON.parse(JSON.stringify(type)) as CatalogueType;
}

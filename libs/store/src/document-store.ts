/** What every stored document has. */
export interface StoredDocument {
  /** 1 to 512 characters. */
  _id: string;
  /**
   * One more with every write of this document. It begins anywhere, so that a document that was removed and made again has none
   * that it had before. Only the store sets it.
   */
  rev: number;
  /** The version of the document's own schema, so that a later release can read an older document. */
  version: number;
}

/** Strings are ordered by their UTF-8 bytes, false comes before true, and an absent member before everything. */
export type Scalar = string | number | boolean;

export interface IndexDefinition {
  name: string;
  /**
   * Dotted paths to scalar members, such as `status.state`. One path holds one type of scalar in all documents; null
   * counts as absent. Names in a path are letters, digits and `_`.
   */
  fields: readonly string[];
  /** No two documents have the same values. A document that lacks one of the fields is refused (InvalidDocument). */
  unique?: boolean;
}

/** Only `_id` and fields of an index may be queried and sorted by. */
export interface CollectionDefinition {
  name: string;
  indexes: readonly IndexDefinition[];
}

/** `null` finds documents without the member. */
export type Condition =
  Scalar | null | { in: readonly Scalar[] } | { gt?: Scalar; gte?: Scalar; lt?: Scalar; lte?: Scalar };

/** All of its conditions hold. */
export type Where = Readonly<Record<string, Condition>>;

export interface SortField {
  field: string;
  direction: 'ascending' | 'descending';
}

export interface Query {
  where?: Where;
  /** Equal documents are ordered by `_id`, in the direction of the last sort field. */
  sort?: readonly SortField[];
  /** 1 to 1000 documents. */
  limit: number;
  /** `nextCursor` of the page before, of a query with the same sort. */
  after?: string;
}

export interface Page<T> {
  items: T[];
  /** Absent on the last page. */
  nextCursor?: string;
}

/**
 * Documents of one kind. A document is what JSON can say, at most 15 MiB of it; its keys may be any text.
 *
 * Any method rejects with StoreUnavailable within the store's operation timeout when the database cannot be reached;
 * whether a write took place is then unknown. It rejects with StoreCorrupt when what is kept cannot be read.
 */
export interface Collection<T extends StoredDocument> {
  /** Stores a document as its first revision. Rejects with DuplicateKey (index `_id` or the unique one) or InvalidDocument. */
  insert(document: Omit<T, 'rev'>): Promise<T>;

  get(id: string): Promise<T | undefined>;

  /**
   * Stores the document if the kept one still has its `rev`, and answers it with the next `rev`. Rejects with
   * RevisionConflict when another write came first or the document is gone, DuplicateKey, or InvalidDocument.
   */
  replace(document: T): Promise<T>;

  /** True when this call removed the document. With `rev`, only that revision is removed. */
  remove(id: string, rev?: number): Promise<boolean>;

  /** Rejects with InvalidQuery for a field that is not declared or a limit out of bounds, with ForeignCursor for `after`. */
  find(query: Query): Promise<Page<T>>;

  count(where?: Where): Promise<number>;
}

/** The database of one installation. Every single write is durable when its promise resolves. */
export interface DocumentStore {
  /** Declares a collection and its indexes; they are made on first use. Throws InvalidDefinition. */
  collection<T extends StoredDocument>(definition: CollectionDefinition): Collection<T>;

  /** Resolves when the database answers and all declared collections exist. Rejects with StoreUnavailable or StoreCorrupt. */
  ready(): Promise<void>;

  /** Finishes what was begun and lets go of the database. Later calls reject with StoreUnavailable. */
  close(): Promise<void>;
}

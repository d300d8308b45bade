export type StoreErrorCode =
  | 'duplicate-key'
  | 'revision-conflict'
  | 'store-unavailable'
  | 'store-corrupt'
  | 'data-folder-locked'
  | 'data-folder-not-writable'
  | 'invalid-document'
  | 'invalid-query'
  | 'foreign-cursor'
  | 'invalid-definition';

/** Everything that the store rejects with. Messages name the place and what to do. */
export abstract class StoreError extends Error {
  abstract readonly code: StoreErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Another document has this `_id` (index `_id`) or these values of a unique index. */
export class DuplicateKey extends StoreError {
  readonly code = 'duplicate-key';
  readonly collection: string;
  readonly index: string;

  constructor(collection: string, index: string, options?: ErrorOptions) {
    super(
      `Another document of ${collection} has the same key in index ${index}; use another or read that one.`,
      options,
    );
    this.collection = collection;
    this.index = index;
  }
}

/** Another write came first, or the document is gone: read it again and decide anew. */
export class RevisionConflict extends StoreError {
  readonly code = 'revision-conflict';
  readonly collection: string;
  readonly id: string;

  constructor(collection: string, id: string) {
    super(`Document ${id} of ${collection} was changed or removed by another; read it again and decide anew.`);
    this.collection = collection;
    this.id = id;
  }
}

/** The database did not answer in time, or not at all. It may work later; whether a write took place is unknown. */
export class StoreUnavailable extends StoreError {
  readonly code = 'store-unavailable';
}

/** What is kept cannot be read. It does not heal by itself. */
export class StoreCorrupt extends StoreError {
  readonly code = 'store-corrupt';
}

export class DataFolderLocked extends StoreError {
  readonly code = 'data-folder-locked';
}

export class DataFolderNotWritable extends StoreError {
  readonly code = 'data-folder-not-writable';
}

export class InvalidDocument extends StoreError {
  readonly code = 'invalid-document';
}

export class InvalidQuery extends StoreError {
  readonly code = 'invalid-query';
}

/** `after` is no cursor of such a query: whoever pages brought a wrong one. */
export class ForeignCursor extends StoreError {
  readonly code = 'foreign-cursor';
}

export class InvalidDefinition extends StoreError {
  readonly code = 'invalid-definition';
}

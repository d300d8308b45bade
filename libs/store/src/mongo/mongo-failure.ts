import { tooLarge } from '../document-check.js';
import { DuplicateKey, StoreError, StoreUnavailable } from '../store-errors.js';

const codes = { duplicateKey: 11000, objectTooLarge: 10334 } as const;

interface ServerFailure {
  code?: number | string;
  message?: string;
}

/** What a failed call on one document means to the caller. */
export function storeErrorOf(collection: string, id: string, error: unknown): StoreError {
  const { code, message = '' } = error as ServerFailure;
  if (code === codes.duplicateKey) {
    return new DuplicateKey(collection, /index: (?:.*\.\$)?(\S+?)_? dup key/.exec(message)?.[1] ?? '_id', {
      cause: error,
    });
  }
  const large = code === codes.objectTooLarge || /larger than the maximum size|too large|BSONObj size/i.test(message);
  return large ? tooLarge(collection, id, error) : unavailable(error);
}

export function unavailable(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreUnavailable(
    `The MongoDB server did not take the request (${message}). See that it runs, that MONGODB_URI names it, and that ` +
      'its user may read and write this database and make indexes in it.',
    { cause: error },
  );
}

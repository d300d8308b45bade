import { setTimeout as pause } from 'node:timers/promises';
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
    const index = /index: (?:\S*\.\$)?(\S+) dup key/.exec(message)?.[1] ?? '_id_';
    return new DuplicateKey(collection, index === '_id_' ? '_id' : index, { cause: error });
  }
  const large = code === codes.objectTooLarge || /larger than the maximum size|too large|BSONObj size/i.test(message);
  return large ? tooLarge(collection, id, error) : unavailable(error);
}

/** No server could be found for the call. */
export function isLost(error: unknown): boolean {
  return error instanceof Error && error.name.endsWith('ServerSelectionError');
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

/** A server may take a call and never answer it, and the driver then tries again: this bounds it all. */
export async function withinTimeout<R>(timeoutMs: number, operation: Promise<R>): Promise<R> {
  const settled = new AbortController();
  const late = pause(timeoutMs, undefined, { signal: settled.signal }).then((): never => {
    throw new StoreUnavailable(
      `The MongoDB server did not answer within ${timeoutMs} ms. See that it is not overloaded.`,
    );
  });
  try {
    return await Promise.race([operation, late]);
  } finally {
    settled.abort();
    late.catch(() => undefined);
    operation.catch(() => undefined);
  }
}

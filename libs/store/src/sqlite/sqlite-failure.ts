import { DataFolderNotWritable, StoreCorrupt, type StoreError, StoreUnavailable } from '../store-errors.js';
import type { ThreadFailure } from './sqlite-thread.js';

/** SQLite's primary result codes that call for an answer of their own. */
const resultCodes = { readOnly: 8, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 } as const;

/** What the thread's failure means to a caller, and what to do about it. */
export function storeErrorOf(file: string, { resultCode, message }: ThreadFailure): StoreError {
  switch (resultCode & 0xff) {
    case resultCodes.corrupt:
    case resultCodes.notADatabase:
      return new StoreCorrupt(
        `The database file ${file} is damaged (${message}). Stop Muster, move ${file}, ${file}-wal and ${file}-shm ` +
          'away, and put a backup in their place; without them Muster starts with an empty database.',
      );
    case resultCodes.readOnly:
    case resultCodes.cannotOpen:
      return new DataFolderNotWritable(
        `The database file ${file} cannot be opened for writing (${message}). Let this user write the file and its ` +
          'folder, or set MUSTER_DATA_DIR to another folder.',
      );
    case resultCodes.full:
      return new StoreUnavailable(`There is no room left for ${file} (${message}). Free space on its disk.`);
    default:
      return new StoreUnavailable(
        `The database file ${file} did not take the request (${message}). If it is busy, see which other process ` +
          'holds it; else see that its disk works.',
      );
  }
}

/** A unique index refused a write; `_id` stands for the primary key. */
export class UniqueViolation extends Error {
  readonly index: string;

  constructor(index: string, message: string) {
    super(message);
    this.index = index;
  }
}

/** Undefined for another failure. */
export function uniqueViolation({ message }: ThreadFailure): UniqueViolation | undefined {
  if (!message.startsWith('UNIQUE constraint failed: ')) return undefined;
  return new UniqueViolation(/index '[^.']+\.([^']+)'/.exec(message)?.[1] ?? '_id', message);
}

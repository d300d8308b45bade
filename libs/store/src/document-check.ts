import { Buffer } from 'node:buffer';
import type { CollectionDefinition, Scalar, StoredDocument } from './document-store.js';
import { InvalidDocument } from './store-errors.js';

/** Leaves room below the 16 MiB that MongoDB allows for one document. */
export const maxDocumentBytes = 15 * 1024 * 1024;
const maxIdCharacters = 512;

/** Throws InvalidDocument when a document of this collection could not be kept or found again. */
export function checkDocument(definition: CollectionDefinition, document: Omit<StoredDocument, 'rev'>): void {
  const { _id, version } = document;
  if (typeof _id !== 'string' || _id.length < 1 || _id.length > maxIdCharacters) {
    throw new InvalidDocument(`A document of ${definition.name} needs an _id of 1 to ${maxIdCharacters} characters.`);
  }
  if (!Number.isInteger(version)) {
    throw new InvalidDocument(`Document ${_id} of ${definition.name} needs an integer version of its schema.`);
  }
  for (const index of definition.indexes) {
    for (const field of index.fields) {
      const value = indexedValue(document, field);
      if (value === undefined || (value === null && index.unique === true)) {
        throw new InvalidDocument(
          `Document ${_id} of ${definition.name} needs a scalar in ${field} for ${index.name}.`,
        );
      }
    }
  }
}

/** The document as JSON text. Throws InvalidDocument when it is too large. */
export function documentText(collection: string, document: StoredDocument): string {
  const text = JSON.stringify(document);
  if (text.length * 3 > maxDocumentBytes && Buffer.byteLength(text) > maxDocumentBytes) {
    throw tooLarge(collection, document._id);
  }
  return text;
}

export function tooLarge(collection: string, id: string, cause?: unknown): InvalidDocument {
  return new InvalidDocument(
    `Document ${id} of ${collection} is larger than ${maxDocumentBytes} bytes; keep large data outside the database.`,
    { cause },
  );
}

/** Null where the path leads nowhere, undefined where it does not lead to a scalar. */
export function indexedValue(document: object, path: string): Scalar | null | undefined {
  let value: unknown = document;
  for (const name of path.split('.')) {
    if (value === undefined || value === null) return null;
    if (typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  }
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' || typeof value === 'boolean' ? value : undefined;
}

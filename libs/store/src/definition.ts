import type { CollectionDefinition, IndexDefinition } from './document-store.js';
import { InvalidDefinition } from './store-errors.js';

const nameForm = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
const fieldForm = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Throws InvalidDefinition for what one of the databases could not keep. */
export function checkDefinition({ name, indexes }: CollectionDefinition): void {
  if (!nameForm.test(name)) throw new InvalidDefinition(`Collection name ${name} is not letters, digits, _ or -.`);
  const names = new Set<string>();
  for (const index of indexes) {
    if (names.has(index.name)) throw new InvalidDefinition(`Collection ${name} declares index ${index.name} twice.`);
    names.add(index.name);
    checkIndex(name, index);
  }
}

function checkIndex(collection: string, index: IndexDefinition): void {
  if (!nameForm.test(index.name)) {
    throw new InvalidDefinition(`Index name ${index.name} of ${collection} is not letters, digits, _ or -.`);
  }
  const bad = index.fields.find((field) => !fieldForm.test(field) || field === '_id');
  if (bad !== undefined || index.fields.length === 0 || new Set(index.fields).size !== index.fields.length) {
    throw new InvalidDefinition(`Index ${index.name} of ${collection} needs distinct dotted paths other than _id.`);
  }
}

/** The fields that may be queried and sorted by, `_id` among them. */
export function declaredFields({ indexes }: CollectionDefinition): ReadonlySet<string> {
  return new Set(['_id', ...indexes.flatMap(({ fields }) => fields)]);
}

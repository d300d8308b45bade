import type { mongo } from 'mongoose';
import type { IndexDefinition } from '../document-store.js';

type Native = Pick<mongo.Collection<{ _id: string }>, 'createIndex' | 'dropIndex' | 'listIndexes'>;

const noSuchCollection = 26;

/** Makes the indexes that are missing, and makes those anew whose definition changed. */
export async function makeIndexes(native: Native, indexes: readonly IndexDefinition[]): Promise<void> {
  const kept = new Map((await keptIndexes(native)).map((index) => [index.name, index]));
  for (const { name, fields, unique = false } of indexes) {
    const paths = unique ? fields : [...fields, '_id'];
    const key = Object.fromEntries(paths.map((path) => [path, 1 as const]));
    const same = kept.get(name);
    if (same !== undefined && Object.keys(same.key).join() === paths.join() && (same.unique ?? false) === unique)
      continue;
    if (same !== undefined) await native.dropIndex(name);
    await native.createIndex(key, { name, unique });
  }
}

async function keptIndexes(native: Native): Promise<mongo.IndexDescriptionInfo[]> {
  try {
    return await native.listIndexes().toArray();
  } catch (error) {
    if ((error as { code?: unknown }).code === noSuchCollection) return [];
    throw error;
  }
}

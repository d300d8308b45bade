import type { Collection, Page, Query, StoredDocument } from '@muster/store';

const pageSize = 500;

/** Every document of a query, page by page, `most` at most. */
export async function readAll<T extends StoredDocument>(
  collection: Collection<T>,
  query: Omit<Query, 'limit' | 'after'>,
  most = Infinity,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await collection.find({
      ...query,
      limit: Math.min(pageSize, most - found.length),
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined && found.length < most);
  return found;
}

/** The documents with these ids, by id; those that are gone are left out. */
export async function readByIds<T extends StoredDocument>(
  collection: Collection<T>,
  ids: Iterable<T['_id']>,
): Promise<Map<T['_id'], T>> {
  const wanted = [...new Set(ids)];
  const found = new Map<T['_id'], T>();
  for (let from = 0; from < wanted.length; from += pageSize) {
    const part = wanted.slice(from, from + pageSize);
    const { items } = await collection.find({ where: { _id: { in: part } }, limit: pageSize });
    for (const item of items) found.set(item._id, item);
  }
  return found;
}

import type { MusterClient } from '@muster/client';

interface Page<Item> {
  items: readonly Item[];
  nextCursor?: string;
}

const pageSize = 200;

/** All entries of a list, page by page, but not more than `limit`. `query` leaves out what is undefined. */
export async function entriesOf<Item>(
  client: MusterClient,
  path: string,
  { limit = Number.POSITIVE_INFINITY, query = {} }: { limit?: number; query?: Record<string, string | undefined> } = {},
): Promise<Item[]> {
  const found: Item[] = [];
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (let cursor: string | undefined; ;) {
    const search = new URLSearchParams([...given, ['limit', String(Math.min(pageSize, limit))]]);
    if (cursor !== undefined) search.set('cursor', cursor);
    const page = await client.request<Page<Item>>('GET', `${path}?${search.toString()}`);
    found.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined || found.length >= limit) return found.slice(0, limit);
  }
}

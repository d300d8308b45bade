import type { UserPage } from '@muster/contracts';
import { useEffect, useState } from 'preact/hooks';
import type { Installation } from './installation.js';
import { useInstallation } from './use-installation.js';

export type NameOf = (userId: string) => string;

/** How users are called here: `you`, by name for who may read users, else by id. */
export function useNames(): NameOf {
  const installation = useInstallation();
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    const leaving = new AbortController();
    // Names are only nicer than ids: without them the page is whole.
    if (installation.may('users:read')) void allNames(installation, leaving.signal).then(setNames, () => {});
    return () => leaving.abort();
  }, [installation]);
  return (userId) => (userId === installation.user.id ? 'you' : (names.get(userId) ?? userId));
}

async function allNames({ client }: Installation, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: '200', ...(cursor !== undefined && { cursor }) });
    const page = await client.request<UserPage>('GET', `/v1/users?${query.toString()}`, { signal });
    for (const { id, username } of page.items) names.set(id, username);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return names;
}

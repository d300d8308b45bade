import type { SessionPage, SessionState } from '@muster/contracts';
import { useRef, useState } from 'preact/hooks';
import { type Polled, usePolled } from '../installation/use-polled.js';
import { useInstallation } from '../installation/use-installation.js';

export interface SessionFilter {
  show: 'live' | 'all' | SessionState;
  /** '' = every type. */
  type: string;
  isMine: boolean;
}

export const usualFilter: SessionFilter = { show: 'live', type: '', isMine: false };
const perPage = 20;

export interface SessionPages {
  filter: SessionFilter;
  /** Goes to the first page of what fits. */
  choose(change: Partial<SessionFilter>): void;
  read: Polled<SessionPage>;
  /** What to show: while another page is read still the one before. */
  page: SessionPage | undefined;
  isStale: boolean;
  /** Undefined: there is none. */
  older: (() => void) | undefined;
  newer: (() => void) | undefined;
}

/** The sessions that fit a filter, newest first, page by page. */
export function useSessionPages(): SessionPages {
  const { user } = useInstallation();
  const [filter, setFilter] = useState(usualFilter);
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const read = usePolled<SessionPage>(pathOf(filter, user.id, cursors.at(-1)));
  const lastPage = useRef<SessionPage>();
  lastPage.current = read.data ?? lastPage.current;
  const next = read.data?.nextCursor;
  return {
    filter,
    choose: (change) => {
      setFilter({ ...filter, ...change });
      setCursors([]);
    },
    read,
    page: lastPage.current,
    isStale: read.data === undefined,
    older: next === undefined ? undefined : () => setCursors([...cursors, next]),
    newer: cursors.length === 0 ? undefined : () => setCursors(cursors.slice(0, -1)),
  };
}

function pathOf({ show, type, isMine }: SessionFilter, userId: string, cursor: string | undefined): string {
  const query = new URLSearchParams({ limit: String(perPage) });
  if (show === 'live') query.set('live', 'true');
  else if (show !== 'all') query.set('state', show);
  if (type !== '') query.set('type', type);
  if (isMine) query.set('owner', userId);
  if (cursor !== undefined) query.set('cursor', cursor);
  return `/v1/sessions?${query.toString()}`;
}

import type { SessionView, WorkerPage } from '@muster/contracts';
import { useEffect, useRef } from 'preact/hooks';
import { type Polled, usePolled } from '../installation/use-polled.js';
import { type FollowedNews, useNews } from './use-news.js';

/** A session is read anew after an event, and after several that come together only once. */
const togetherMs = 100;

export interface FollowedSession {
  session: Polled<SessionView>;
  workers: Polled<WorkerPage>;
  news: FollowedNews;
  refresh(): void;
}

/** A session, its workers and what happens to it, as it happens. */
export function useSession(id: string): FollowedSession {
  const path = `/v1/sessions/${encodeURIComponent(id)}`;
  const session = usePolled<SessionView>(path);
  const workers = usePolled<WorkerPage>(`${path}/workers`);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  const refresh = (): void => {
    session.refresh();
    workers.refresh();
  };
  const news = useNews(id, () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      refresh();
    }, togetherMs);
  });
  return { session, workers, news, refresh };
}

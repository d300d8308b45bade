import type { MusterError, SessionNews } from '@muster/client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useInstallation } from '../installation/use-installation.js';
import { problemOf } from '../installation/use-polled.js';
import { type ListedNews, withNews } from './news-list.js';
import { useVisible } from './use-visible.js';

export interface FollowedNews {
  /** Newest first. */
  list: readonly ListedNews[];
  problem?: MusterError;
}

/** Follows the events of a session while the page is looked at, each once; `onNews` is called for each. */
export function useNews(sessionId: string, onNews: () => void): FollowedNews {
  const { client } = useInstallation();
  const [list, setList] = useState<readonly ListedNews[]>([]);
  const [problem, setProblem] = useState<MusterError>();
  const lastEventId = useRef<number>();
  const isVisible = useVisible();
  const told = useRef(onNews);
  told.current = onNews;
  useEffect(() => {
    if (!isVisible) return undefined;
    const leaving = new AbortController();
    const { signal } = leaving;
    const take = (news: SessionNews): void => {
      if ('id' in news) lastEventId.current = news.id;
      setList((before) => withNews(before, news));
      told.current();
    };
    const follow = async (): Promise<void> => {
      try {
        for await (const news of client.sessions.events(sessionId, { signal, lastEventId: lastEventId.current }))
          take(news);
      } catch (error) {
        if (!signal.aborted) setProblem(problemOf(error));
      }
    };
    void follow();
    return () => leaving.abort();
  }, [client, sessionId, isVisible]);
  return { list, problem };
}

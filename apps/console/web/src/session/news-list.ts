import type { SessionNews } from '@muster/client';
import { count, expected } from '@muster/wording';

/** An entry of the list of events; its key stays the same while the list grows. */
export interface ListedNews {
  key: number;
  news: SessionNews;
}

const maxListed = 200;

/** The list with what is new at its head. Of places in the queue that follow each other only the last one is told. */
export function withNews(list: readonly ListedNews[], news: SessionNews): ListedNews[] {
  const [head, ...others] = list;
  if (news.kind === 'queue' && head?.news.kind === 'queue') return [{ key: head.key, news }, ...others];
  return [{ key: (head?.key ?? 0) + 1, news }, ...list].slice(0, maxListed);
}

export function newsText(news: SessionNews): string {
  if (news.kind === 'missed')
    return `${count(news.lastId - news.firstId + 1, 'event')} before this ${news.firstId === news.lastId ? 'is' : 'are'} no longer kept`;
  if (news.kind !== 'queue') return news.text;
  return `place ${news.queue.place} in the queue, ${expected(news.queue.estimatedStartMs)}`;
}

import type { SessionNews } from '@muster/client';
import { describe, expect, it } from 'vitest';
import { newsText, withNews, type ListedNews } from './news-list.js';

const event = (id: number): SessionNews => ({ id, at: '2026-01-01T00:00:00Z', kind: 'warning', text: `event ${id}` });
const place = (at: number): SessionNews => ({ kind: 'queue', queue: { place: at, estimatedStartMs: 3000 } });
const listOf = (news: readonly SessionNews[]): ListedNews[] => news.reduce(withNews, [] as ListedNews[]);

describe('the list of events', () => {
  it('has the newest first, each with a key of its own', () => {
    const list = listOf([event(1), event(2), event(3)]);
    expect(list.map(({ news }) => newsText(news))).toEqual(['event 3', 'event 2', 'event 1']);
    expect(new Set(list.map(({ key }) => key)).size).toBe(3);
  });

  it('tells only the last of the places in the queue that follow each other', () => {
    const list = listOf([event(1), place(3), place(2), event(2), place(1)]);
    expect(list.map(({ news }) => newsText(news))).toEqual([
      'place 1 in the queue, starts in about 3.0 s',
      'event 2',
      'place 2 in the queue, starts in about 3.0 s',
      'event 1',
    ]);
  });

  it('forgets the oldest of more than 200', () => {
    const list = listOf(Array.from({ length: 250 }, (_, index) => event(index)));
    expect(list).toHaveLength(200);
    expect(list[0]!.news).toEqual(event(249));
  });

  it('says how many events are no longer kept', () => {
    expect(newsText({ kind: 'missed', firstId: 1, lastId: 1 })).toBe('1 event before this is no longer kept');
    expect(newsText({ kind: 'missed', firstId: 1, lastId: 7 })).toBe('7 events before this are no longer kept');
  });
});

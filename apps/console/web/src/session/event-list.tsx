import type { SessionNews } from '@muster/client';
import { ProblemNotice } from '../parts/problem-notice.js';
import { newsText } from './news-list.js';
import type { FollowedNews } from './use-news.js';

/** What happened to the session, newest first. */
export function EventList({ news }: { news: FollowedNews }) {
  return (
    <section class="card events" aria-labelledby="events-title">
      <header class="card-head">
        <h2 id="events-title">Events</h2>
        <span class="quiet">newest first</span>
      </header>
      {news.problem !== undefined && <ProblemNotice problem={news.problem} />}
      {news.list.length === 0 && news.problem === undefined && <p class="quiet">Nothing has happened yet.</p>}
      <ol class="scrolled" tabIndex={0} aria-labelledby="events-title">
        {news.list.map(({ key, news: each }) => (
          <li key={key} class={`news-${each.kind}`}>
            <Time news={each} />
            <span class="kind">{each.kind}</span>
            <span class="text">
              {'role' in each && each.role !== undefined && !each.text.includes(each.role) && <b>{each.role} </b>}
              {newsText(each)}
              {'done' in each && each.done !== undefined && ` (${Math.round(each.done * 100)} %)`}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Time({ news }: { news: SessionNews }) {
  if (!('at' in news)) return <span class="quiet">–</span>;
  const at = new Date(news.at);
  return (
    <time class="quiet" dateTime={news.at} title={at.toLocaleString()}>
      {at.toLocaleTimeString(undefined, { hour12: false })}
    </time>
  );
}

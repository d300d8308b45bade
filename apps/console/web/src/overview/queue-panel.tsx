import type { QueueEntryView, QueuePage } from '@muster/contracts';
import { count, duration, expected } from '@muster/wording';
import { useState } from 'preact/hooks';
import type { NameOf } from '../installation/use-names.js';
import { ToneMark } from '../parts/tone-mark.js';
import { hrefOf } from '../route.js';

const shownAtFirst = 4;

/** What waits, in the order of admission, and why. */
export function QueuePanel({ queue, nameOf }: { queue: QueuePage | undefined; nameOf: NameOf }) {
  const [isWhole, setWhole] = useState(false);
  const items = queue?.items ?? [];
  const shown = isWhole ? items : items.slice(0, shownAtFirst);
  const isLong = items.length > shownAtFirst;
  return (
    <section class="card queue" aria-labelledby="queue">
      <div class="panel-head">
        <h2 id="queue">Queue</h2>
        {queue !== undefined && <p class="quiet">{summary(queue)}</p>}
      </div>
      {shown.length > 0 && (
        <ol>
          {shown.map((entry) => (
            <Entry key={entry.session} entry={entry} owner={nameOf(entry.owner)} />
          ))}
        </ol>
      )}
      {isLong && (
        <button class="plain" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show the first only' : `Show ${items.length - shownAtFirst} more`}
        </button>
      )}
    </section>
  );
}

function summary({ waiting, items, nextCursor }: QueuePage): string {
  if (waiting === 0) return 'Nothing waits';
  const own = items.length === 0 ? ', none of yours' : '';
  const first = nextCursor === undefined ? '' : `, here the first ${items.length}`;
  return `${count(waiting, 'session')} ${waiting === 1 ? 'waits' : 'wait'}${own}${first}`;
}

function Entry({ entry, owner }: { entry: QueueEntryView; owner: string }) {
  const { place, session, type, waitedMs, estimatedStartMs, explanation } = entry;
  return (
    <li value={place}>
      <p class="queue-head">
        <ToneMark tone="pending" />
        <span>
          <span class="hidden-text">Place </span>
          {place}.
        </span>
        <a href={hrefOf('sessions', session)}>
          <strong>{type}</strong>
        </a>
        <span class="quiet">
          {owner}, waited {duration(waitedMs)}
        </span>
      </p>
      <p class="why">
        {expected(estimatedStartMs)}
        {explanation !== undefined && `: ${explanation}`}
      </p>
    </li>
  );
}

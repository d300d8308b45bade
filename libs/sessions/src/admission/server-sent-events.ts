import { Readable } from 'node:stream';
import type { Clock } from '@muster/platform';
import type { FeedItem } from './event-feed.js';

/** One item as Server-Sent Events say it: only stored events have an id to resume from. */
export function toServerSentEvent(item: FeedItem): string {
  if (item.kind === 'event')
    return `id: ${item.event.id}\nevent: ${item.event.kind}\ndata: ${JSON.stringify(item.event)}\n\n`;
  return `event: ${item.kind}\ndata: ${JSON.stringify(item)}\n\n`;
}

/**
 * A feed as the body of an event stream: begins at once, with a comment at every heartbeat in which nothing came. `stop` is
 * called when its reader has gone.
 */
export function eventStreamOf(
  feed: AsyncGenerator<FeedItem>,
  options: { clock: Clock; heartbeatMs: number; stop: () => void },
): Readable {
  const { clock, heartbeatMs, stop } = options;
  const text = async function* (): AsyncGenerator<string> {
    yield ': begins\n\n';
    let next = feed.next();
    for (;;) {
      const got = await firstOf(next, clock, heartbeatMs);
      if (got === undefined) yield ': waiting\n\n';
      else if (got.done === true) return;
      else {
        yield toServerSentEvent(got.value);
        next = feed.next();
      }
    }
  };
  const body = Readable.from(text(), { objectMode: true, highWaterMark: 1 });
  return body.once('close', stop);
}

/** Undefined when nothing came in time. */
async function firstOf<T>(next: Promise<T>, clock: Clock, ms: number): Promise<T | undefined> {
  let cancel = (): void => undefined;
  const timeout = new Promise<undefined>((resolve) => {
    cancel = clock.after(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([next, timeout]);
  } finally {
    cancel();
  }
}

import { MusterError, type SessionNews } from '@muster/contracts/wire';
import { cancelled, type RestClient } from './rest-client.js';
import { SseParser } from './sse.js';
import { backOffMs, pause, type Timers } from './timers.js';

export interface FollowOptions {
  signal?: AbortSignal;
  /** Only events after this one; default from the first that is kept. */
  lastEventId?: number;
}

const terminal: ReadonlySet<string> = new Set(['closed', 'failed']);
/** Asking again would not help. */
const isFinal = (error: unknown): boolean => error instanceof MusterError && error.status < 500 && error.status !== 429;

/**
 * The events of a session, each once, over as many connections as it takes. Ends after the session has ended; throws what the
 * installation refuses and `cancelled`.
 */
export async function* followEvents(
  rest: RestClient,
  sessionId: string,
  options: FollowOptions = {},
): AsyncGenerator<SessionNews> {
  let lastEventId = options.lastEventId;
  for (let attempt = 0; !options.signal?.aborted; attempt++) {
    try {
      for await (const news of oneConnection(rest, sessionId, { ...options, lastEventId })) {
        attempt = 0;
        if ('id' in news) lastEventId = news.id;
        yield news;
        if (news.kind === 'state' && terminal.has(news.state ?? '')) return;
      }
    } catch (error) {
      if (options.signal?.aborted) break;
      if (isFinal(error)) throw error;
    }
    await pause(rest.timers, backOffMs(attempt, rest.timers.random()), options.signal);
  }
  throw cancelled();
}

async function* oneConnection(
  rest: RestClient,
  sessionId: string,
  { signal, lastEventId }: FollowOptions,
): AsyncGenerator<SessionNews> {
  const headers = {
    accept: 'text/event-stream',
    ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
  };
  const path = `/v1/sessions/${encodeURIComponent(sessionId)}/events`;
  const response = await rest.open('GET', path, { headers, isStream: true, ...(signal && { signal }) });
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  const read = () => readOrGiveUp(reader, rest.timers);
  try {
    for (let part = await read(); !part.done; part = await read())
      for (const { data } of parser.push(decoder.decode(part.value, { stream: true })))
        yield JSON.parse(data) as SessionNews;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Servers send a heartbeat more often than this: silence means that the connection is dead. */
const silenceMs = 90_000;

async function readOrGiveUp(reader: ReadableStreamDefaultReader<Uint8Array>, timers: Timers) {
  const cancelTimer = timers.after(silenceMs, () => void reader.cancel().catch(() => {}));
  try {
    return await reader.read();
  } finally {
    cancelTimer();
  }
}

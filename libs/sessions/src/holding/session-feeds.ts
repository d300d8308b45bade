import type { RouteTable, SessionEventLine } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import { eventsAfter } from '../session-events.js';
import type { HeldSession } from './held-session.js';
import { routeTableOf } from './peers.js';
import type { SessionSecrets } from './session-secrets.js';

export interface FeedOptions {
  clock: Clock;
  secrets: SessionSecrets;
  heartbeatMs: number;
}

/** Streams of one held session. They end when the session has ended or is not held here any more; nothing is queued for a slow reader. */
export class SessionFeeds {
  constructor(private readonly options: FeedOptions) {}

  /** The route table now, then at every change of it. */
  async *routes(session: HeldSession): AsyncGenerator<RouteTable | { heartbeat: true }> {
    let last = '';
    for await (const beat of this.beats(session)) {
      const table = routeTableOf(session.document, this.options.secrets);
      const text = JSON.stringify(table);
      if (text !== last) yield table;
      else if (beat === 'heartbeat') yield { heartbeat: true };
      last = text;
    }
  }

  /** Stored events after `afterId`, then new ones. */
  async *events(session: HeldSession, afterId: number): AsyncGenerator<SessionEventLine> {
    let seen = afterId;
    for await (const beat of this.beats(session)) {
      const news = eventsAfter(session.document, seen);
      for (const event of news) yield event;
      seen = news.at(-1)?.id ?? seen;
      if (news.length === 0 && beat === 'heartbeat') yield { heartbeat: true };
    }
  }

  /** Once now, then after every change (several may be one) and at every heartbeat; a last time when the session is dropped. */
  private async *beats(session: HeldSession): AsyncGenerator<'change' | 'heartbeat'> {
    const bell = new Bell();
    const end = session.onChange(() => bell.ring('change'));
    let cancel: (() => void) | undefined;
    try {
      for (let beat: 'change' | 'heartbeat' = 'change'; ; beat = await bell.next()) {
        const last = session.isDropped;
        yield beat;
        if (last) return;
        cancel ??= this.options.clock.after(this.options.heartbeatMs, () => {
          cancel = undefined;
          bell.ring('heartbeat');
        });
      }
    } finally {
      cancel?.();
      end();
    }
  }
}

/** Remembers that it rang until somebody listens. A change counts more than a heartbeat. */
class Bell {
  private rung: 'change' | 'heartbeat' | undefined;
  private wake: (() => void) | undefined;

  ring(beat: 'change' | 'heartbeat'): void {
    this.rung = this.rung === 'change' ? 'change' : beat;
    this.wake?.();
  }

  async next(): Promise<'change' | 'heartbeat'> {
    while (this.rung === undefined) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const beat = this.rung;
    this.rung = undefined;
    return beat;
  }
}

import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { Inject, Injectable, StreamableFile } from '@nestjs/common';
import { HOST, type Host } from '@muster/hosting';
import { standingOf, type UserPrincipal } from '@muster/identity';
import { jsonLinesType } from '@muster/platform';
import { eventStreamOf, GlobalSession } from '@muster/sessions';
import type { GlobalSessionSettings } from './global-session.config.js';

/** A session's streams as bodies of answers. They end with the token that opened them. */
@Injectable()
export class SessionStreams {
  constructor(
    @Inject(HOST) private readonly host: Host,
    private readonly global: GlobalSession,
  ) {}

  /** Server-Sent Events; `lastEventId` is what the reader has seen. Rejects with `unknown-session`. */
  async events(user: UserPrincipal, id: string, lastEventId: string | undefined): Promise<StreamableFile> {
    const session = await this.global.queries.readable(user, id);
    const { clock, settings } = this.host.runtime;
    const allowed = this.whileAllowed(user);
    const body = eventStreamOf(this.global.feed.follow(session._id, numberOf(lastEventId), allowed.signal), {
      clock,
      heartbeatMs: (settings as GlobalSessionSettings).MUSTER_EVENT_HEARTBEAT_MS,
      stop: allowed.end,
    });
    return new StreamableFile(body, { type: 'text/event-stream' });
  }

  /** JSON lines; ended at the node when the reader goes. */
  async logs(user: UserPrincipal, ask: { id: string; role: string; follow: boolean }): Promise<StreamableFile> {
    const allowed = this.whileAllowed(user);
    try {
      const answer = await this.global.door.logs(user, ask, allowed.signal);
      const body = Readable.fromWeb((answer.body ?? new ReadableStream()) as WebStream<Uint8Array>);
      body.once('close', allowed.end).on('error', allowed.end);
      return new StreamableFile(body, { type: jsonLinesType });
    } catch (error) {
      allowed.end();
      throw error;
    }
  }

  private whileAllowed(user: UserPrincipal): { signal: AbortSignal; end: () => void } {
    const { clock } = this.host.runtime;
    const over = new AbortController();
    const cancel = clock.after(Math.max(0, Math.min(user.expiresAtMs - clock.nowMs(), longestMs)), () => over.abort());
    const forget = this.host.auth.revocations.onRevoked(({ userId }) => {
      if (userId === user.userId) over.abort();
    });
    over.signal.addEventListener('abort', () => {
      cancel();
      forget();
    });
    // Revoked while its request was looked at: the listener came too late for it.
    if (this.host.auth.revocations.hasTaken(standingOf(user))) over.abort();
    return { signal: over.signal, end: () => over.abort() };
  }
}

/** Timers take no more. An API token may last longer; its reader comes back. */
const longestMs = 24 * 3_600_000;

function numberOf(lastEventId: string | undefined): number {
  return lastEventId !== undefined && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : 0;
}

import type { MusterClient, SessionNews } from '@muster/client';

/** The events of one session as a client follows them, kept in their order. */
export class SessionStory {
  readonly news: SessionNews[] = [];
  /** Resolves when the stream ends, which is after the session has; rejects with what broke it. */
  readonly ended: Promise<void>;
  private readonly waiting = new Set<() => void>();

  constructor(client: MusterClient, sessionId: string) {
    this.ended = this.follow(client, sessionId);
    this.ended.catch(() => undefined).finally(() => this.wake());
  }

  /** The texts of this kind so far. */
  states(): string[] {
    return this.news.flatMap((news) => (news.kind === 'state' && news.state !== undefined ? [news.state] : []));
  }

  /** The first event that fits, now or later. */
  async until(fits: (news: SessionNews) => boolean): Promise<SessionNews> {
    for (;;) {
      const found = this.news.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  private async follow(client: MusterClient, sessionId: string): Promise<void> {
    for await (const news of client.sessions.events(sessionId)) {
      this.news.push(news);
      this.wake();
    }
  }

  private wake(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }
}

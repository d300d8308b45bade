import { closeCodes, type HolderView, MusterError, type RouteTable, type SessionId } from '@muster/contracts';
import { backOffMs } from './back-off.js';
import { closingOf } from './closing.js';
import type { RelayParts } from './ports.js';

interface RouteFollowerOptions {
  session: SessionId;
  parts: RelayParts;
  onTable(table: RouteTable): void;
  /** The session has ended; called once, nothing follows. */
  onEnded(reason: string | undefined): void;
}

/**
 * Follows the routes of one session at whoever holds it: when the stream breaks off, asks global session for the holder again,
 * ever later. Never gives up before the session has ended.
 */
export class RouteFollower {
  readonly #stopping = new AbortController();
  /** Internal address of the holder; undefined while it is not known. */
  holder: string | undefined;
  #attempt = 0;

  constructor(private readonly options: RouteFollowerOptions) {}

  start(view: HolderView): void {
    void this.#follow(view);
  }

  stop(): void {
    this.#stopping.abort(new DOMException('nobody is here any more', 'AbortError'));
  }

  async #follow(first: HolderView): Promise<void> {
    const { signal } = this.#stopping;
    const { clock, random, settings, log } = this.options.parts;
    let view: HolderView | undefined = first;
    while (!signal.aborted) {
      try {
        view ??= await this.options.parts.services.holderOf(this.options.session, signal);
        await this.#readFrom(view);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof MusterError && closingOf(error) === closeCodes.sessionEnded && view === undefined)
          return this.#end(undefined);
        log.debug({ session: this.options.session, reason: String(error) }, 'the routes of a session were lost');
      }
      view = undefined;
      this.holder = undefined;
      await clock.sleep(backOffMs(this.#attempt++, settings, random), signal).catch(() => undefined);
    }
  }

  async #readFrom(view: HolderView): Promise<void> {
    if (isOver(view.state)) return this.#end(undefined);
    if (view.holder === undefined) return;
    const { session, parts } = this.options;
    this.holder = view.holder.address;
    const silence = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, silence.signal]);
    let cancel = (): void => undefined;
    try {
      for await (const line of this.#lines(view.holder.address, session, {
        silence,
        signal,
        watch: (stop) => (cancel = stop),
      })) {
        if (this.#stopping.signal.aborted) return;
        this.#attempt = 0;
        if ('heartbeat' in line) continue;
        this.options.onTable(line);
        if (isOver(line.state)) return this.#end(line.reason);
      }
    } finally {
      cancel();
    }
    parts.log.debug({ session }, 'the holder ended the routes of a session');
  }

  async *#lines(
    holder: string,
    session: SessionId,
    { silence, signal, watch }: { silence: AbortController; signal: AbortSignal; watch: (stop: () => void) => void },
  ): AsyncGenerator<RouteTable | { heartbeat: true }> {
    const { clock, services, settings } = this.options.parts;
    const arm = (): (() => void) =>
      clock.after(settings.routesSilentMs, () => silence.abort(new DOMException('silent', 'TimeoutError')));
    let cancel = arm();
    watch(() => cancel());
    for await (const line of services.routes(holder, session, signal)) {
      cancel();
      cancel = arm();
      yield line;
    }
  }

  #end(reason: string | undefined): void {
    if (this.#stopping.signal.aborted) return;
    this.stop();
    this.options.onEnded(reason);
  }
}

export function isOver(state: string): boolean {
  return state === 'closed' || state === 'failed';
}

import type { ClientActivity, SessionId } from '@muster/contracts';
import { Periodic } from '@muster/platform';
import type { RelayParts } from './ports.js';

interface ActivityReporterOptions {
  session: SessionId;
  parts: RelayParts;
  holder(): string | undefined;
  clients(): number;
}

/** Tells the holder every few seconds, and at every change, how many clients a session has here and when they last spoke. */
export class ActivityReporter {
  readonly #periodic: Periodic;
  #lastTrafficAtMs: number | undefined;

  constructor(private readonly options: ActivityReporterOptions) {
    const { clock, random, settings, log } = options.parts;
    this.#periodic = new Periodic({
      name: 'client activity',
      periodMs: settings.activityMs,
      run: (signal) => this.#report(signal),
      onError: (error) =>
        log.debug({ session: options.session, reason: String(error) }, 'the activity of clients could not be reported'),
      clock,
      random,
    });
  }

  traffic(): void {
    this.#lastTrafficAtMs = this.options.parts.clock.monotonicMs();
  }

  changed(): void {
    this.#periodic.poke();
  }

  async stop(): Promise<void> {
    await this.#periodic.stop();
  }

  async #report(signal: AbortSignal): Promise<void> {
    const { session, parts, holder, clients } = this.options;
    const address = holder();
    if (address === undefined) return;
    const trafficAtMs = this.#lastTrafficAtMs;
    const activity: ClientActivity = {
      relay: parts.instance,
      clients: clients(),
      lastTrafficAgoMs: trafficAtMs === undefined ? null : Math.round(parts.clock.monotonicMs() - trafficAtMs),
    };
    await parts.services.report(address, session, activity, signal);
    if (this.#lastTrafficAtMs === trafficAtMs) this.#lastTrafficAtMs = undefined;
  }
}

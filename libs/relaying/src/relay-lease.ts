import type { RelayParts } from './ports.js';

interface RelayLeaseOptions {
  /** Internal address; read at every renewal. */
  address(): string;
  version: string;
}

const retryMs = 1000;
const callTimeoutMs = 5000;

/** Registers this relay at global session and renews its lease at every third of it. A relay without a lease serves on. */
export class RelayLease {
  readonly #stopping = new AbortController();
  #isRegistered = false;

  constructor(
    private readonly parts: RelayParts,
    private readonly options: RelayLeaseOptions,
  ) {}

  get isRegistered(): boolean {
    return this.#isRegistered;
  }

  start(): void {
    void this.#keep();
  }

  stop(): void {
    this.#stopping.abort(new DOMException('the relay is leaving', 'AbortError'));
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pauseMs = await this.#renew(signal);
      await this.parts.clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }

  async #renew(signal: AbortSignal): Promise<number> {
    const { services, instance, log } = this.parts;
    const ask = { instance, kind: 'relay' as const, address: this.options.address(), version: this.options.version };
    try {
      const { leaseMs } = await services.renew(ask, AbortSignal.any([signal, AbortSignal.timeout(callTimeoutMs)]));
      this.#isRegistered = true;
      return leaseMs / 3;
    } catch (error) {
      if (!signal.aborted) log.warn({ reason: String(error) }, 'the relay could not register at global session');
      return retryMs;
    }
  }
}

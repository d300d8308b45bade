import { idPrefixes, type SessionServicesWish } from '@muster/contracts';
import { jittered, newId, type Clock, type RandomSource } from '@muster/platform';
import type { LaunchedService, ServiceEnd, ServiceLauncher, ServiceToLaunch } from './service-launcher.js';

export interface ProvisionerParts {
  launcher: ServiceLauncher;
  /** One local directory for every declared node; kept running. */
  localDirectories: readonly ServiceToLaunch[];
  /** How a session service of this instance id is launched. */
  sessionService: (instance: string) => ServiceToLaunch;
  maxSessionServices: number;
  clock: Clock;
  random: RandomSource;
  onEnd: (service: string, end: ServiceEnd) => void;
}

const firstBackoffMs = 500;
const longestBackoffMs = 30_000;
/** What has run for so long has started well: its next failure is a first one. */
const settledMs = 60_000;

/**
 * Keeps our own services running beside us: a local directory for every declared node, and as many further session services
 * as global session wishes. A local directory that ends is started again, with back-off; a session service comes and goes as
 * a whole, so another instance takes its place.
 */
export class Provisioner {
  private readonly running = new Map<string, LaunchedService>();
  private readonly sessionServices = new Set<string>();
  private readonly stopping = new AbortController();
  private further = 0;
  private failures = 0;

  constructor(private readonly parts: ProvisionerParts) {}

  start(): void {
    for (const service of this.parts.localDirectories) void this.keep(service);
  }

  /** Global session's wish, repeated periodically. Starts what is missing; stops only what is named. */
  wish({ further, stop }: SessionServicesWish, graceMs: number): void {
    this.further = Math.min(further, this.parts.maxSessionServices);
    for (const instance of stop) {
      if (this.sessionServices.has(instance)) void this.running.get(instance)?.stop(graceMs);
    }
    this.addMissing();
  }

  /** Instances of the session services that run. */
  get instances(): string[] {
    return [...this.sessionServices];
  }

  /** Ends everything it started; resolves when it has ended. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.running.values()].map((service) => service.stop(graceMs)));
  }

  private async keep(service: ServiceToLaunch): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted;) {
      const ranMs = await this.runOnce(service);
      failures = ranMs > settledMs ? 1 : failures + 1;
      await this.pause(failures);
    }
  }

  private addMissing(): void {
    while (this.sessionServices.size < this.further && !this.stopping.signal.aborted) {
      const instance = newId(idPrefixes.instance, this.parts.random);
      this.sessionServices.add(instance);
      void this.runSessionService(instance);
    }
  }

  private async runSessionService(instance: string): Promise<void> {
    const ranMs = await this.runOnce(this.parts.sessionService(instance));
    this.failures = ranMs > settledMs ? 0 : this.failures + 1;
    await this.pause(this.failures);
    this.sessionServices.delete(instance);
    this.addMissing();
  }

  /** How long it ran, in ms. */
  private async runOnce(service: ServiceToLaunch): Promise<number> {
    const { clock, launcher, onEnd } = this.parts;
    const startedAtMs = clock.monotonicMs();
    const launched = launcher.launch(service);
    this.running.set(service.name, launched);
    onEnd(service.name, await launched.ended);
    this.running.delete(service.name);
    return clock.monotonicMs() - startedAtMs;
  }

  private async pause(failures: number): Promise<void> {
    if (failures === 0) return;
    const ms = jittered(Math.min(longestBackoffMs, firstBackoffMs * 2 ** (failures - 1)), this.parts.random);
    await this.parts.clock.sleep(ms, this.stopping.signal).catch(() => undefined);
  }
}

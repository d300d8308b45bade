import type { InstanceId, RenewLease, RenewLeaseAnswer } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import { textOf } from './call-outcome.js';
import type { HolderLog, LeasePort } from './ports.js';

interface LeaseKeeperOptions {
  port: LeasePort;
  clock: Clock;
  log: HolderLog;
  instance: InstanceId;
  address: () => string;
  version: string;
  capacity: number;
  provisioned: boolean;
  holdsLock: boolean;
  held: () => number;
  /** Called once each time the lease may have ended: what is held is not ours any more. */
  onLost: () => void;
  /** Called when the lease is there (again). */
  onHeld: () => void;
}

/** Stops acting this part of the lease before it ends, so that nothing sent then arrives after it. */
const safetyShare = 0.1;
const longestCallMs = 5000;
const longestPauseMs = 1000;

/**
 * Renews this service's lease at every third of it, early enough that one renewal may go unanswered. A lease counts from the moment its renewal was sent, on our own monotonic
 * clock: we stop acting before anybody can think that it has ended.
 */
export class LeaseKeeper {
  private readonly stopping = new AbortController();
  private endsAtMs = -Infinity;
  /** As it was answered last. */
  private leaseMs = Infinity;
  private running: Promise<void> | undefined;
  private cancelEnd: (() => void) | undefined;
  private isHeld = false;

  constructor(private readonly options: LeaseKeeperOptions) {}

  mayAct(): boolean {
    return !this.stopping.signal.aborted && this.options.clock.monotonicMs() < this.endsAtMs;
  }

  start(): void {
    this.running = this.keep();
  }

  /** A planned hand-over: stops acting at once, then gives the lease up, so that others take over without waiting for its end. */
  async leave(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort(new DOMException('leaving', 'AbortError'));
    this.lose();
    await this.running;
    const ask = { ...this.ask(), leaving: true };
    await this.options.port.renew(ask, { deadlineMs: longestCallMs }).catch((error: unknown) => {
      this.options.log.warn(
        { reason: textOf(error) },
        'the lease could not be given up; its sessions move when it ends',
      );
    });
  }

  private async keep(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const pauseMs = await this.renew(signal);
      await this.options.clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }

  /** Answers the pause until the next renewal. */
  private async renew(signal: AbortSignal): Promise<number> {
    const sentAtMs = this.options.clock.monotonicMs();
    try {
      const deadlineMs = Math.min(longestCallMs, this.leaseMs / 4);
      const answer = await this.options.port.renew(this.ask(), { signal, deadlineMs });
      this.leaseMs = answer.leaseMs;
      if (!signal.aborted) this.extend(sentAtMs, answer);
      return answer.leaseMs / 3;
    } catch (error) {
      if (!signal.aborted) this.options.log.warn({ reason: textOf(error) }, 'the lease could not be renewed');
      return Math.min(longestPauseMs, this.leaseMs / 10);
    }
  }

  private extend(sentAtMs: number, { leaseMs }: RenewLeaseAnswer): void {
    const { clock, onHeld } = this.options;
    this.endsAtMs = sentAtMs + leaseMs * (1 - safetyShare);
    this.cancelEnd?.();
    this.cancelEnd = clock.after(Math.max(0, this.endsAtMs - clock.monotonicMs()), () => this.lose());
    if (this.isHeld) return;
    this.isHeld = true;
    onHeld();
  }

  private lose(): void {
    this.cancelEnd?.();
    this.endsAtMs = -Infinity;
    if (!this.isHeld) return;
    this.isHeld = false;
    this.options.onLost();
  }

  private ask(): RenewLease {
    const { instance, address, version, capacity, held, provisioned, holdsLock } = this.options;
    return {
      instance,
      kind: 'session',
      address: address(),
      version,
      capacity,
      held: held(),
      ...(provisioned ? { provisioned } : {}),
      ...(holdsLock ? { holdsLock } : {}),
    };
  }
}

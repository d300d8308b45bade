import {
  type NodeFree,
  type ReleaseOnNode,
  type ReserveOnNode,
  type ReserveOnNodeAnswer,
  type ReserveOnNodeResult,
  workloadIdOf,
} from '@muster/contracts';
import type { Clock } from '@muster/platform';
import type { BookEntry, LocalBook } from './local-book.js';
import type { Ports } from './port-pool.js';
import type { SessionFences } from './session-fences.js';
import { requireNodeEpoch } from './stale.js';
import type { UsedUp } from './used-up.js';
import type { WorkloadEnds } from './workload-ends.js';
import type { WorkloadLedger } from './workload-ledger.js';

export interface ReservationParts {
  nodeEpoch: number;
  book: LocalBook;
  ports: Ports;
  fences: SessionFences;
  usedUp: UsedUp;
  ledger: WorkloadLedger;
  ends: WorkloadEnds;
  /** Why the node takes no new work for the moment, if it does not. */
  pressure: () => string | undefined;
  clock: Clock;
}

type Item = ReserveOnNode['items'][number];

/** Puts hardware aside for workloads that have not started yet. The node decides last; what is not started in time is void. */
export class Reservations {
  private closed = false;

  constructor(private readonly parts: ReservationParts) {}

  /** Twice with one fence is one reservation, its time begun anew. Throws `stale` for another node epoch. */
  async reserve(ask: ReserveOnNode): Promise<ReserveOnNodeAnswer> {
    requireNodeEpoch(this.parts.nodeEpoch, ask.nodeEpoch);
    this.expire();
    const results: ReserveOnNodeResult[] = [];
    for (const item of ask.items) results.push(await this.reserveOne(item));
    return { nodeEpoch: this.parts.nodeEpoch, results, free: this.free() };
  }

  /** Gives back what was not used. What is unknown, used or of a newer epoch is left alone. */
  release({ fences }: ReleaseOnNode): void {
    for (const fence of fences) {
      const entry = this.parts.book.get(workloadIdOf(fence.session, fence.worker, fence.incarnation));
      if (entry?.state === 'reserved' && entry.fence.epoch <= fence.epoch) this.drop(entry);
    }
  }

  /** Ends the reservations whose time is over. */
  expire(): void {
    for (const entry of this.parts.book.expired(this.parts.clock.monotonicMs())) this.drop(entry);
  }

  /** The node is leaving: nothing more is reserved here. */
  close(): void {
    this.closed = true;
  }

  free(): NodeFree {
    return this.parts.book.free(this.parts.ports.free);
  }

  private drop({ id }: BookEntry): void {
    const { ledger, ends } = this.parts;
    if (ledger.get(id) === undefined) ends.giveBack(id);
    else void ends.abandon(id, 0);
  }

  private async reserveOne(item: Item): Promise<ReserveOnNodeResult> {
    const early = this.withoutBooking(item);
    if (early !== undefined) return early;
    const hostPorts = await this.parts.ports.take(this.portsOf(item));
    if (hostPorts === undefined) return refused(item, 'ports: no free host port is left');
    const result = this.withoutBooking(item) ?? this.book(item, hostPorts);
    const { book } = this.parts;
    if (book.get(idOf(item))?.booking.hostPorts !== hostPorts) this.parts.ports.give(hostPorts);
    return result;
  }

  /** The answer where nothing is to be booked: refused for a reason that amounts do not matter for, or reserved already. */
  private withoutBooking(item: Item): ReserveOnNodeResult | undefined {
    const { fences, usedUp, book } = this.parts;
    if (this.closed) return refused(item, 'leaving: this node takes no more work');
    const pressure = this.parts.pressure();
    if (pressure !== undefined) return refused(item, `pressure: ${pressure}`);
    const seen = fences.newerThan(item.fence.session, item.fence.epoch);
    if (seen !== undefined) return { ...refused(item, `stale: epoch ${seen} is known here`), seen };
    const id = idOf(item);
    if (usedUp.has(id)) return refused(item, 'used-up: this incarnation has ended or was stopped here');
    const known = book.get(id);
    if (known === undefined) return undefined;
    if (known.state !== 'reserved') return refused(item, 'used-up: this incarnation has been started here');
    book.update(id, { fence: item.fence, expiresAtMs: this.expiryOf(item) });
    return { worker: item.fence.worker, accepted: true, booking: known.booking };
  }

  private book(item: Item, hostPorts: number[]): ReserveOnNodeResult {
    const { ttlMs: _ttlMs, ...rest } = item;
    const answer = this.parts.book.reserve({ ...rest, hostPorts, expiresAtMs: this.expiryOf(item) });
    if ('refusal' in answer) return refused(item, `${answer.refusal.filter}: ${answer.refusal.text}`);
    return { worker: item.fence.worker, accepted: true, booking: answer.entry.booking };
  }

  private expiryOf({ ttlMs }: Item): number {
    return this.parts.clock.monotonicMs() + ttlMs;
  }

  private portsOf({ hardware }: Item): number {
    return 1 + (hardware.ports ?? 0);
  }
}

function idOf({ fence }: Item): ReturnType<typeof workloadIdOf> {
  return workloadIdOf(fence.session, fence.worker, fence.incarnation);
}

function refused(item: Item, reason: string): Extract<ReserveOnNodeResult, { accepted: false }> {
  return { worker: item.fence.worker, accepted: false, reason };
}

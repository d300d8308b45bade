import {
  MusterError,
  type PlacementAsk,
  type PlanAnswer,
  type SessionEventLine,
  type SessionId,
  type SessionServicesWish,
  type TicketAsk,
  type TicketGrant,
} from '@muster/contracts';
import type { Directory, Holders } from '../ports.js';

/** Answers what it was told to; remembers what it was asked. */
export class FakeDirectory implements Directory {
  answer: PlanAnswer | 'unreachable' = { verdict: 'now', placements: [] };
  readonly asks: PlacementAsk[] = [];
  wishes: SessionServicesWish[] = [];

  async plan(ask: PlacementAsk): Promise<PlanAnswer> {
    this.asks.push(ask);
    if (this.answer === 'unreachable') throw new MusterError('upstream-unavailable', 'nobody answered');
    return this.answer;
  }

  async wish(wish: SessionServicesWish): Promise<void> {
    this.wishes.push(wish);
  }

  async localDirectories(): Promise<string[]> {
    return [];
  }
}

/** Session services by address; one without an entry refuses connections. */
export class FakeHolders implements Holders {
  readonly told: { address: string; session: SessionId; epoch: number }[] = [];
  readonly gone = new Set<string>();
  /** What the next event stream of an address says before it ends. */
  readonly streams = new Map<string, SessionEventLine[]>();
  readonly tickets: TicketAsk[] = [];

  async changed(address: string, session: SessionId, epoch: number): Promise<void> {
    if (this.gone.has(address))
      throw new MusterError('upstream-unavailable', 'refused', { extensions: { sent: false } });
    this.told.push({ address, session, epoch });
  }

  async ticket(_address: string, _session: SessionId, ask: TicketAsk): Promise<TicketGrant> {
    this.tickets.push(ask);
    return { ticket: 'one&only', expiresAt: '2026-01-31T12:01:00.000Z' };
  }

  async *events(address: string, { after }: { after: number }): AsyncGenerator<SessionEventLine> {
    const lines = this.streams.get(address) ?? [];
    this.streams.delete(address);
    for (const line of lines) if (!('id' in line) || line.id > after) yield line;
  }

  async logs(): Promise<Response> {
    return new Response('{"text":"hello"}\n');
  }
}

import type { InstanceId, RouteTable } from '@muster/contracts';
import type { OutgoingCalls } from '@muster/platform';
import { Relay, type RelaySettings, type SessionServices } from '@muster/relaying';
import type { FakeClock, ScriptedSession } from '@muster/testing';
import type { WebSocket } from 'ws';
import type { FaultyLine, LineEnd } from './faulty-line.js';
import type { Journal } from './journal.js';
import { MortalClock } from './mortal-clock.js';

export interface RelayHostParts {
  index: number;
  clock: FakeClock;
  session: ScriptedSession;
  journal: Journal;
  settings: RelaySettings;
  random(): number;
  callsOf(clock: MortalClock): OutgoingCalls;
  dialWorker(url: string, headers: Record<string, string>): FaultyLine;
}

const ignore = (): void => undefined;

/** Where one relay runs: it can be killed with all that it remembers, and started again. */
export class RelayHost {
  relay: Relay | undefined;
  /** The connection to the worker that it dialled last. */
  leg: FaultyLine | undefined;
  #clock: MortalClock;
  #ends = new Set<LineEnd>();
  #routesComeAtMs = 0;

  constructor(private readonly parts: RelayHostParts) {
    this.#clock = new MortalClock(parts.clock);
    this.start();
  }

  get isUp(): boolean {
    return this.relay !== undefined;
  }

  start(): void {
    if (this.isUp) return;
    const { index, settings, journal, callsOf } = this.parts;
    const clock = (this.#clock = new MortalClock(this.parts.clock));
    this.relay = new Relay({
      instance: `svc_relay${index}` as InstanceId,
      services: this.#services(clock),
      hasTaken: () => false,
      calls: callsOf(clock),
      garbage: { grew: () => undefined },
      dial: (url, headers) => this.#dial(url, headers),
      clock,
      random: { next: this.parts.random, secret: () => '' },
      log: { debug: ignore, info: ignore, warn: ignore },
      meter: { frame: ignore, gap: ignore, closed: (code) => journal.closings.push(code) },
      settings,
    });
  }

  /** A client's WebSocket. */
  accept(end: LineEnd): boolean {
    if (this.relay === undefined || !this.relay.hasRoom()) return false;
    this.#ends.add(end);
    this.relay.accept(end as unknown as WebSocket, `ses_1.${'t'.repeat(43)}`);
    return true;
  }

  kill(isSilent: boolean): void {
    this.relay = undefined;
    this.#clock.die();
    for (const end of this.#ends) end.die(isSilent);
    this.#ends.clear();
  }

  /** Sends its clients away; those that do not go are cut off. */
  leave(): void {
    void this.relay?.stop();
    this.relay = undefined;
  }

  lagRoutes(ms: number): void {
    this.#routesComeAtMs = this.parts.clock.monotonicMs() + ms;
  }

  #dial(url: string, headers: Record<string, string>): WebSocket {
    this.leg = this.parts.dialWorker(url, headers);
    this.#ends.add(this.leg.dialer);
    return this.leg.dialer as unknown as WebSocket;
  }

  #services(clock: MortalClock): SessionServices {
    const { session } = this.parts;
    const soon = (): Promise<void> => clock.sleep(this.parts.random() * 100);
    return {
      holderOf: () => soon().then(() => session.holderOf()),
      redeem: () => soon().then(() => session.redeem()),
      report: () => Promise.resolve(),
      renew: () => session.renew(),
      routes: (holder, id, signal) => this.#routes(clock, session.routes(holder, id, signal), signal),
    };
  }

  async *#routes(
    clock: MortalClock,
    tables: AsyncIterable<RouteTable>,
    signal: AbortSignal,
  ): AsyncGenerator<RouteTable> {
    for await (const table of tables) {
      const lagMs = this.#routesComeAtMs - clock.monotonicMs();
      await clock.sleep(Math.max(this.parts.random() * 20, lagMs), signal);
      yield table;
    }
  }
}

import type { OutgoingCall, OutgoingCalls } from '@muster/platform';
import { defaultRelaySettings, type RelaySettings } from '@muster/relaying';
import { FakeClock, ScriptedSession, SeededRandom } from '@muster/testing';
import { ClientHost } from './client-host.js';
import { FaultyLine } from './faulty-line.js';
import { type Bounds, Journal } from './journal.js';
import type { MortalClock } from './mortal-clock.js';
import { RelayHost } from './relay-host.js';
import type { LineName, Step } from './schedule.js';
import { type Errand, PlainWorkerHost, WorkerHost } from './worker-host.js';

/** Small, so that a few messages reach them. */
export const bounds: Bounds = { windowBytes: 4096, bufferBytes: 16_384, maxFrameBytes: 8192 };
export const clientResumeMs = 120_000;

export const relaySettings: RelaySettings = {
  ...defaultRelaySettings,
  windowBytes: bounds.windowBytes,
  maxFrameBytes: bounds.maxFrameBytes,
  slowClientBytes: 2048,
  clientResumeMs,
};

/** A session with two workers, relays and clients, in one process and on a clock that a test moves. */
export class World {
  readonly clock = new FakeClock();
  readonly journal = new Journal();
  readonly session = new ScriptedSession();
  readonly relays: RelayHost[];
  readonly model: WorkerHost;
  readonly plain: PlainWorkerHost;
  readonly clients: ClientHost[];
  readonly #lines = new Set<FaultyLine>();
  readonly #random: SeededRandom;

  constructor({ seed, clients, relays }: { seed: number; clients: number; relays: number }) {
    const { clock, journal, session } = this;
    this.#random = new SeededRandom(`${seed}`);
    const random = (): number => this.#random.next();
    this.model = new WorkerHost({ role: 'model', clock, journal, bounds, clientResumeMs });
    this.plain = new PlainWorkerHost(journal, random);
    this.#publishRoutes();
    const dialWorker = (_url: string, headers: Record<string, string>): FaultyLine =>
      this.#dial((end) => this.model.accept(end, headers));
    this.relays = Array.from(
      { length: relays },
      (_, index) =>
        new RelayHost({
          index,
          clock,
          journal,
          session,
          random,
          dialWorker,
          settings: relaySettings,
          callsOf: (process) => this.#callsOf(process),
        }),
    );
    this.clients = Array.from(
      { length: clients },
      (_, index) => new ClientHost({ index, clock, journal, bounds, random, dial: () => this.#dialRelay() }),
    );
  }

  get openLines(): number {
    return [...this.#lines].filter(({ isGone }) => !isGone).length;
  }

  take(step: Step): void {
    const { clock } = this;
    if (step.do === 'push') this.push(step);
    if (step.do === 'ask') this.clients[step.client]?.ask(step.role, step, step);
    if (step.do === 'say') this.clients[step.client]?.say(step.bytes, step.isBinary);
    if (step.do === 'cut') this.#line(step.line)?.cut(step);
    if (step.do === 'stall') this.#line(step.line)?.stall(step.lane, step.ms);
    if (step.do === 'lag-routes') this.relays[step.relay]?.lagRoutes(step.ms);
    if (step.do === 'offline') this.#takeOffline(this.clients[step.client]!, step.ms);
    if (step.do === 'restart-worker') this.#restart(step.role, step.downMs);
    if (step.do !== 'kill-relay' && step.do !== 'leave-relay') return;
    const relay = this.relays[step.relay]!;
    if (step.do === 'kill-relay') relay.kill(step.isSilent);
    else relay.leave();
    clock.after(step.downMs, () => relay.start());
  }

  push({ client, bytes, isBinary, times }: { client: number; bytes: number; isBinary: boolean; times: number }): void {
    for (let time = 0; time < times; time += 1)
      this.model.push(
        this.clients[client]!.id,
        `m${this.journal.nextLabel()}`,
        isBinary ? new Uint8Array(bytes).fill(7) : 'm'.repeat(bytes),
      );
  }

  /** From now on nothing is stalled, and everything that is down comes up by itself. */
  heal(): void {
    for (const line of this.#lines) line.heal();
    for (const client of this.clients) client.onlineAtMs = 0;
    for (const relay of this.relays) {
      relay.lagRoutes(0);
      relay.start();
    }
  }

  #takeOffline(client: ClientHost, ms: number): void {
    client.onlineAtMs = this.clock.monotonicMs() + ms;
    client.line?.cut({ keptUp: 0, keptDown: 0, dialerNoticesMs: 0, otherNoticesMs: 0 });
  }

  #restart(role: 'model' | 'plain', downMs: number): void {
    const worker = role === 'model' ? this.model : this.plain;
    if (!worker.isUp) return;
    this.journal.restarted.add(role);
    worker.kill();
    this.#publishRoutes();
    this.clock.after(downMs, () => {
      worker.start();
      this.#publishRoutes();
    });
  }

  #publishRoutes(): void {
    const placeOf = ({ isUp, incarnation }: { isUp: boolean; incarnation: number }, address: string) =>
      isUp ? { incarnation, address, state: 'running' } : { incarnation, state: 'lost' };
    this.session.route(
      { role: 'model', speaks: 'stream', ...placeOf(this.model, 'http://model') },
      { role: 'plain', speaks: 'http', ...placeOf(this.plain, 'http://plain') },
    );
  }

  #line({ of, index }: LineName): FaultyLine | undefined {
    return of === 'client' ? this.clients[index]?.line : this.relays[index]?.leg;
  }

  #dialRelay(): FaultyLine | undefined {
    const up = this.relays.filter(({ isUp }) => isUp);
    const relay = up[Math.floor(this.#random.next() * up.length)];
    return relay && this.#dial((end) => relay.accept(end));
  }

  #dial(accept: Parameters<typeof FaultyLine.dial>[1]): FaultyLine {
    const latencyMs = (): number => Math.floor(this.#random.next() * 30);
    const line = FaultyLine.dial({ clock: this.clock, latencyMs }, accept);
    this.#lines.add(line);
    return line;
  }

  #callsOf(process: MortalClock): OutgoingCalls {
    return {
      json: <Answer>({ body, signal }: OutgoingCall) =>
        this.plain.execute((body as { body: Errand }).body, process, signal) as Promise<Answer>,
      stream: () => Promise.reject(new TypeError('relays do not stream')),
      plain: () => Promise.reject(new TypeError('no worker here is a program')),
    };
  }
}

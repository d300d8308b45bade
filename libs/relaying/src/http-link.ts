import type { Route, StreamPosition } from '@muster/contracts';
import { invalidFrame } from './closing.js';
import { HttpStream } from './http-stream.js';
import type { Member } from './member.js';
import type { RelayParts } from './ports.js';
import { httpWorkerCaller, programCaller, type WorkerCaller } from './worker-caller.js';
import type { ClientFrame, LinkPlace, WorkerLink } from './worker-link.js';

/** A worker without the SDK: the relay is the streams' end. */
export class HttpLink implements WorkerLink {
  readonly incarnation: number;
  readonly #streams = new Map<string, HttpStream>();
  readonly #caller: WorkerCaller;

  constructor(
    private route: Route,
    private place: LinkPlace,
    private readonly parts: RelayParts,
  ) {
    this.incarnation = route.incarnation;
    const callee = (): { route: Route; place: LinkPlace } => ({ route: this.route, place: this.place });
    this.#caller = (route.speaks === 'program' ? programCaller : httpWorkerCaller)(callee, parts);
  }

  follow(route: Route, place: LinkPlace): void {
    this.route = route;
    this.place = place;
  }

  /** Only this relay remembers; and the client may have begun another stream elsewhere since. */
  canResume(member: Member, { stream }: StreamPosition): boolean {
    return stream !== undefined && this.#streams.get(member.id)?.name === stream;
  }

  here(member: Member): void {
    let stream = this.#streams.get(member.id);
    if (stream === undefined) {
      const { role, incarnation } = this.route;
      stream = new HttpStream(member, { role, incarnation, caller: this.#caller, parts: this.parts });
      this.#streams.set(member.id, stream);
    }
    stream.attach();
  }

  away(member: Member): void {
    this.#streams.get(member.id)?.detach();
  }

  gone(member: Member): void {
    this.#streams.get(member.id)?.end();
    this.#streams.delete(member.id);
  }

  take(member: Member, frame: ClientFrame): void {
    const keepsToCredit = this.#streams.get(member.id)?.take(frame) ?? true;
    if (!keepsToCredit) member.connection?.close(invalidFrame('more was sent than the credit allows'));
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.end();
    this.#streams.clear();
  }
}

import type { Route, RouteTable } from '@muster/contracts';
import { HttpLink } from './http-link.js';
import type { Member } from './member.js';
import type { RelayParts } from './ports.js';
import { StreamLink } from './stream-link.js';
import type { LinkPlace, WorkerLink } from './worker-link.js';

interface OpenLink {
  link: WorkerLink;
  speaks: Route['speaks'];
}

/** The links of one session to its workers: one per role, to the incarnation that the routes name. */
export class WorkerLinks {
  readonly #links = new Map<string, OpenLink>();

  constructor(private readonly parts: RelayParts) {}

  get(role: string): WorkerLink | undefined {
    return this.#links.get(role)?.link;
  }

  all(): WorkerLink[] {
    return [...this.#links.values()].map(({ link }) => link);
  }

  /** Answers the links that are new: clients have to be announced there. */
  follow({ routes, session, epoch }: RouteTable): WorkerLink[] {
    const roles = new Set(routes.map(({ role }) => role));
    for (const role of this.#links.keys()) if (!roles.has(role)) this.#close(role);
    return routes.flatMap((route) => this.#followOne(route, { session, epoch }) ?? []);
  }

  here(member: Member): void {
    for (const link of this.all()) link.here(member);
  }

  away(member: Member): void {
    for (const link of this.all()) link.away(member);
  }

  gone(member: Member): void {
    for (const link of this.all()) link.gone(member);
  }

  close(): void {
    for (const role of this.#links.keys()) this.#close(role);
  }

  #followOne(route: Route, place: LinkPlace): WorkerLink | undefined {
    const known = this.#links.get(route.role);
    const isSame =
      known?.link.incarnation === route.incarnation && (route.address === undefined || known.speaks === route.speaks);
    if (known !== undefined && isSame) {
      known.link.follow(route, place);
      return undefined;
    }
    if (known !== undefined) this.#close(route.role);
    if (route.address === undefined) return undefined;
    const link = new (route.speaks === 'stream' ? StreamLink : HttpLink)(route, place, this.parts);
    this.#links.set(route.role, { link, speaks: route.speaks });
    return link;
  }

  #close(role: string): void {
    this.#links.get(role)?.link.close();
    this.#links.delete(role);
  }
}

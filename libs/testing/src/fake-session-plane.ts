import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type {
  ClientActivity,
  InstanceId,
  RedeemAnswer,
  RedeemAsk,
  RenewLease,
  Revocation,
  RevocationPage,
  Route,
  RouteTable,
  SessionId,
  UserId,
  WorkerId,
} from '@muster/contracts';
import type { WorkerHarness } from './worker-harness.js';

type Answer = { status: number; body: unknown };

const session = 'ses_1' as SessionId;

/**
 * Auth, global session and the holders of one session, as a relay sees them: over HTTP, in one process. The holder can change,
 * be away, cut its route streams; tickets are good once; users can be revoked.
 */
export class FakeSessionPlane {
  readonly activities: ClientActivity[] = [];
  readonly leases: RenewLease[] = [];
  /** Names of the holders that were asked for routes, in order. */
  readonly followed: string[] = [];
  /** Undefined: nobody holds the session. */
  holder: string | undefined = 'holder-1';
  table: RouteTable = { session, epoch: 1, view: 1, state: 'running', routes: [] };
  readonly #tickets = new Map<string, RedeemAnswer>();
  readonly #clients = new Map<string, string>();
  readonly #revocations: Revocation[] = [];
  readonly #streams = new Set<ServerResponse>();
  readonly #watchers = new Set<() => void>();
  #server: Server | undefined;
  #given = 0;

  static async start(): Promise<FakeSessionPlane> {
    const plane = new FakeSessionPlane();
    const server = createServer((request, response) => void plane.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    plane.#server = server;
    return plane;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  newTicket(who: Partial<RedeemAnswer> = {}): string {
    const user = 'usr_ada' as UserId;
    const ticket = `${session}.${String(++this.#given).padStart(43, 't')}`;
    const known = {
      session,
      user,
      owner: user,
      tokenVersion: 1,
      tokenExpiresAt: null,
      loginId: 'login-ada',
      connection: this.#given,
    };
    this.#tickets.set(ticket, { ...known, ...who });
    return ticket;
  }

  /** The worker is the role's incarnation from now on; relays hear it. */
  route(harness: WorkerHarness, route: Partial<Route> = {}): void {
    const { role, address } = harness;
    const { acceptToken } = harness.control;
    const whole: Route = {
      role,
      worker: `wrk_${role}` as WorkerId,
      incarnation: 1,
      state: 'running',
      address,
      acceptToken,
      speaks: 'stream',
      ...route,
    };
    this.change({ routes: [...this.table.routes.filter((each) => each.role !== whole.role), whole] });
  }

  change(table: Partial<RouteTable>): void {
    this.table = { ...this.table, view: this.table.view + 1, ...table };
    for (const stream of this.#streams) stream.write(`${JSON.stringify(this.table)}\n`);
  }

  /** Another service holds the session under the next epoch; the old one's streams break off. */
  moveTo(holder: string | undefined): void {
    this.holder = holder;
    this.table = { ...this.table, epoch: this.table.epoch + 1 };
    this.cutRoutes();
  }

  cutRoutes(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  revoke(revocation: Pick<Revocation, 'kind' | 'subject' | 'userId' | 'belowVersion' | 'reason'>): void {
    this.#revocations.push({ number: this.#revocations.length + 1, at: new Date(0).toISOString(), ...revocation });
  }

  /** Resolves when this holds; looked at after every call. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#watchers.add(resolve));
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path.endsWith('/routes')) this.#openRoutes(path, response);
    else {
      const { status, body } = this.#answer(path, await readJson(request));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }

  #openRoutes(path: string, response: ServerResponse): void {
    const holder = path.split('/')[1] ?? '';
    if (holder !== this.holder) {
      const { status, body } = problem(409, 'stale');
      response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
      return;
    }
    this.followed.push(holder);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write(`${JSON.stringify(this.table)}\n`);
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }

  #answer(path: string, body: unknown): Answer {
    if (path.endsWith('/service-tokens')) return ok({ token: 'service-token', expiresInMs: 600_000 });
    if (path.endsWith('/revocations')) return ok(this.#revocationPage());
    if (path.endsWith('/services/renew')) {
      this.leases.push(body as RenewLease);
      return ok({ leaseMs: 9000, drain: false });
    }
    if (path.endsWith('/holder')) return this.#holderView(path);
    if (path.endsWith('/redeem')) return this.#redeem(body as RedeemAsk);
    if (path.endsWith('/activity')) {
      this.activities.push(body as ClientActivity);
      return ok({});
    }
    return problem(404, 'not-found');
  }

  #revocationPage(): RevocationPage {
    return { feed: 'feed-1', last: this.#revocations.length, entries: this.#revocations };
  }

  #holderView(path: string): Answer {
    if (!path.includes(`/${session}/`)) return problem(404, 'unknown-session');
    const { epoch, state } = this.table;
    const holder =
      this.holder === undefined
        ? undefined
        : { instance: this.holder as InstanceId, address: `${this.url}/${this.holder}` };
    return ok({ session, owner: 'usr_ada', state, epoch, holder });
  }

  #redeem({ ticket, clientId }: RedeemAsk): Answer {
    const who = this.#tickets.get(ticket);
    if (who === undefined || !this.#tickets.delete(ticket)) return problem(401, 'ticket-invalid');
    const owner = this.#clients.get(clientId) ?? who.user;
    if (owner !== who.user) return problem(403, 'not-allowed');
    this.#clients.set(clientId, who.user);
    return ok(who);
  }
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function problem(status: number, code: string): Answer {
  return { status, body: { code, status, detail: 'said by the fake' } };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as unknown;
}

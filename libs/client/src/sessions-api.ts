import {
  type CreateSession,
  type ListSessionsQuery,
  MusterError,
  type SessionNews,
  type SessionPage,
  type SessionState,
  type SessionView,
  type TicketView,
} from '@muster/contracts/wire';
import { type OutputLine, readOutput } from './output-lines.js';
import { randomId } from './random-id.js';
import type { RestClient } from './rest-client.js';
import { followEvents, type FollowOptions } from './session-events.js';

export interface WaitOptions {
  signal?: AbortSignal;
  /** Called for every event on the way. */
  onEvent?(news: SessionNews): void;
}

export interface LogsOptions {
  /** Goes on until the output ends. */
  follow?: boolean;
  signal?: AbortSignal;
}

const terminal: ReadonlySet<SessionState> = new Set(['closed', 'failed']);
const pathOf = (id: string, rest = ''): string => `/v1/sessions/${encodeURIComponent(id)}${rest}`;

/** The sessions of an installation. */
export class SessionsApi {
  constructor(private readonly rest: RestClient) {}

  /** Sent again safely when the answer is lost: the key makes it one session. */
  create(
    session: CreateSession,
    options: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<SessionView> {
    const { idempotencyKey = randomId(), ...rest } = options;
    const headers = { 'idempotency-key': idempotencyKey };
    return this.rest.request('POST', '/v1/sessions', { body: session, headers, repeatable: true, ...rest });
  }

  get(id: string, options: { signal?: AbortSignal } = {}): Promise<SessionView> {
    return this.rest.request('GET', pathOf(id), options);
  }

  list(query: ListSessionsQuery = {}): Promise<SessionPage> {
    const entries = Object.entries(query).map(([name, value]) => [name, String(value)]);
    return this.rest.request(
      'GET',
      `/v1/sessions?${new URLSearchParams(Object.fromEntries(entries) as Record<string, string>).toString()}`,
    );
  }

  async close(id: string): Promise<void> {
    await this.rest.request('DELETE', pathOf(id));
  }

  /** A one-time permission to open a WebSocket. */
  takeTicket(id: string, options: { signal?: AbortSignal } = {}): Promise<TicketView> {
    return this.rest.request('POST', pathOf(id, '/tickets'), { body: {}, repeatable: true, ...options });
  }

  events(id: string, options: FollowOptions = {}): AsyncGenerator<SessionNews> {
    return followEvents(this.rest, id, options);
  }

  /** What a worker writes, line by line; with `follow` until its output ends. */
  logs(id: string, role: string, options: LogsOptions = {}): AsyncGenerator<OutputLine> {
    const path = pathOf(id, `/workers/${encodeURIComponent(role)}/logs`);
    return readOutput(this.rest, options.follow === true ? `${path}?follow=true` : path, options.signal);
  }

  /** The session once it is in this state. Rejects with `session-ended` when it ends in another one. */
  async waitUntil(id: string, state: SessionState, options: WaitOptions = {}): Promise<SessionView> {
    const first = await this.#seen(id, state, options);
    if (first !== undefined) return first;
    for await (const news of this.events(id, options)) {
      options.onEvent?.(news);
      if (news.kind !== 'state' || (news.state !== state && !terminal.has(news.state ?? state))) continue;
      const session = await this.#seen(id, state, options);
      if (session !== undefined) return session;
    }
    throw new MusterError('session-ended', `the session did not become ${state}`);
  }

  async #seen(id: string, state: SessionState, { signal }: WaitOptions): Promise<SessionView | undefined> {
    const session = await this.get(id, signal ? { signal } : {});
    if (session.state === state) return session;
    if (!terminal.has(session.state)) return undefined;
    throw new MusterError('session-ended', session.reason ?? `the session is ${session.state}`, {
      extensions: { state: session.state },
    });
  }
}

import type { LoginView } from '@muster/contracts/wire';
import { type Fetch, RestClient, type RestRequest } from './rest-client.js';
import { type ConnectionOptions, SessionConnection } from './session-connection.js';
import { SessionsApi } from './sessions-api.js';
import type { SocketConstructor } from './socket.js';
import { realTimers, type Timers } from './timers.js';

export interface MusterClientOptions {
  /** Of the installation, for example http://127.0.0.1:8600 */
  baseUrl: string;
  /** Default: the global ones, of a browser or of Node >= 22. */
  fetch?: Fetch;
  WebSocket?: SocketConstructor;
  /** An API token or access token; instead of `login`. */
  token?: string;
  /** Answers the next token when `token` has ended: for who keeps a login somewhere else than in this client. */
  renewToken?: () => Promise<string>;
  /** For one attempt of one request. Default 30,000. */
  timeoutMs?: number;
  timers?: Timers;
}

/** A user of one Muster installation. Everything that fails rejects with a MusterError. */
export class MusterClient {
  readonly sessions: SessionsApi;
  readonly #rest: RestClient;
  readonly #timers: Timers;
  readonly #WebSocket: SocketConstructor;

  constructor(options: MusterClientOptions) {
    this.#timers = options.timers ?? realTimers;
    this.#WebSocket = options.WebSocket ?? (globalThis.WebSocket as unknown as SocketConstructor);
    this.#rest = new RestClient({
      baseUrl: options.baseUrl.replace(/\/+$/, ''),
      // A browser's fetch must be called on its window.
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
      timers: this.#timers,
      timeoutMs: options.timeoutMs ?? 30_000,
      ...(options.token !== undefined && { token: options.token }),
      ...(options.renewToken !== undefined && { renewToken: options.renewToken }),
    });
    this.sessions = new SessionsApi(this.#rest);
  }

  /** Tokens are kept in memory and renewed by themselves. */
  login(username: string, password: string): Promise<LoginView['user']> {
    return this.#rest.login(username, password);
  }

  logout(): Promise<void> {
    return this.#rest.logout();
  }

  /** Any other route of the installation. */
  request<Answer>(method: string, path: string, request: RestRequest = {}): Promise<Answer> {
    return this.#rest.request(method, path, request);
  }

  /** Opens the line to a running session; resolves when it is open. */
  async connect(sessionId: string, options: ConnectionOptions = {}): Promise<SessionConnection> {
    const takeTicket = () => this.sessions.takeTicket(sessionId);
    const connection = new SessionConnection({ takeTicket, WebSocket: this.#WebSocket, timers: this.#timers }, options);
    await connection.opened;
    return connection;
  }
}

import { type LoginView, MusterError, type ProblemDetails } from '@muster/contracts/wire';
import { backOffMs, pause, type Timers } from './timers.js';

export type Fetch = typeof globalThis.fetch;

export interface RestClientOptions {
  baseUrl: string;
  fetch: Fetch;
  timers: Timers;
  /** An access token or API token; instead of logging in. */
  token?: string;
  /** Answers the next token when the one in use has ended. */
  renewToken?: () => Promise<string>;
  /** For one attempt. */
  timeoutMs: number;
}

export interface RestRequest {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** It may be sent again when the answer is lost. Default: true for GET, PUT and DELETE. */
  repeatable?: boolean;
}

const maxAttempts = 4;
const worthRepeating: ReadonlySet<string> = new Set([
  'upstream-unavailable',
  'store-unavailable',
  'not-ready',
  'too-many-requests',
]);
/** They need no token: what they refuse is no matter of its age. */
const openRoutes: ReadonlySet<string> = new Set(['/v1/auth/login', '/v1/auth/refresh']);
const repeatableMethods: ReadonlySet<string> = new Set(['GET', 'PUT', 'DELETE']);

/** JSON requests with a token that is renewed when it has ended. Throws MusterError for every failure. */
export class RestClient {
  readonly #options: RestClientOptions;
  #token: string | undefined;
  #refreshToken: string | undefined;
  #refreshing: Promise<void> | undefined;

  constructor(options: RestClientOptions) {
    this.#options = options;
    this.#token = options.token;
  }

  get timers(): Timers {
    return this.#options.timers;
  }

  async login(username: string, password: string): Promise<LoginView['user']> {
    const login = await this.request<LoginView>('POST', '/v1/auth/login', { body: { username, password } });
    this.#hold(login);
    return login.user;
  }

  async logout(): Promise<void> {
    const refreshToken = this.#refreshToken;
    if (refreshToken !== undefined) await this.request('POST', '/v1/auth/logout', { body: {} });
    this.#token = undefined;
    this.#refreshToken = undefined;
  }

  async request<Answer>(method: string, path: string, request: RestRequest = {}): Promise<Answer> {
    const isRepeatable = request.repeatable ?? repeatableMethods.has(method);
    for (let attempt = 1; ; attempt++) {
      try {
        return (await readJson(await this.open(method, path, request))) as Answer;
      } catch (error) {
        const known = request.signal?.aborted ? cancelled(error) : asMusterError(error);
        if (!isRepeatable || attempt === maxAttempts || !worthRepeating.has(known.code)) throw known;
        const { timers } = this.#options;
        await pause(timers, known.retryAfterMs ?? backOffMs(attempt, timers.random()), request.signal);
      }
    }
  }

  /** The successful response itself, its body unread; for streams. */
  async open(method: string, path: string, request: RestRequest & { isStream?: boolean } = {}): Promise<Response> {
    const used = this.#token;
    const response = await this.#send(method, path, request);
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (response.status !== 401 || !this.#canRenew || openRoutes.has(path)) throw problem;
    await response.body?.cancel().catch(() => {});
    if (used === this.#token) await this.#refresh();
    const second = await this.#send(method, path, request);
    if (second.ok) return second;
    throw await problemOf(second);
  }

  get #canRenew(): boolean {
    return this.#refreshToken !== undefined || this.#options.renewToken !== undefined;
  }

  async #send(method: string, path: string, request: RestRequest & { isStream?: boolean }): Promise<Response> {
    const { baseUrl, fetch, timeoutMs } = this.#options;
    const headers: Record<string, string> = { accept: 'application/json', ...request.headers };
    if (request.body !== undefined) headers['content-type'] = 'application/json';
    if (this.#token !== undefined) headers['authorization'] = `Bearer ${this.#token}`;
    const timeout = request.isStream ? [] : [AbortSignal.timeout(timeoutMs)];
    const signal = AbortSignal.any([...timeout, ...(request.signal ? [request.signal] : [])]);
    const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
    return fetch(`${baseUrl}${path}`, { method, headers, signal, ...body });
  }

  /** Several requests that fail at once share one renewal: the refresh token can be used only once. */
  async #refresh(): Promise<void> {
    this.#refreshing ??= this.#renew().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #renew(): Promise<void> {
    if (this.#refreshToken === undefined && this.#options.renewToken !== undefined) {
      this.#token = await this.#options.renewToken();
      return;
    }
    const body = { refreshToken: this.#refreshToken };
    this.#hold((await readJson(await this.open('POST', '/v1/auth/refresh', { body }))) as LoginView);
  }

  #hold({ accessToken, refreshToken }: LoginView): void {
    this.#token = accessToken;
    this.#refreshToken = refreshToken;
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

async function problemOf(response: Response): Promise<MusterError> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(retryAfter) ? retryAfter * 1000 : undefined;
  const problem = await readJson(response).catch(() => undefined);
  if (typeof problem === 'object' && problem !== null && 'code' in problem)
    return MusterError.fromProblem(problem as Partial<ProblemDetails>, retryAfterMs);
  const code = response.status >= 502 ? 'upstream-unavailable' : 'internal';
  return MusterError.fromProblem({ code, detail: `HTTP ${response.status} without a problem document` }, retryAfterMs);
}

function asMusterError(error: unknown): MusterError {
  if (error instanceof MusterError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new MusterError('upstream-unavailable', `the installation was not reached: ${detail}`, { cause: error });
}

export function cancelled(cause?: unknown): MusterError {
  return new MusterError('cancelled', 'the caller cancelled', { cause });
}

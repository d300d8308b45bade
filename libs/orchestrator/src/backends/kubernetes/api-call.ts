import type { SecureContextOptions } from 'node:tls';

/** Where the API server is and how we show who we are. */
export interface ApiAccess {
  /** Base address, like `https://10.96.0.1:443`. */
  readonly server: string;
  /** Authority and client certificate. Asked for once. */
  tls(): Promise<SecureContextOptions>;
  /** The value of the header, asked for before every call. `renew`: the last one was refused. */
  authorization(renew: boolean): Promise<string | undefined>;
}

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** For errors: what is asked of the cluster, like `a pod`. */
  readonly question: string;
  /** Of the whole answer; of a stream, until it begins. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/** A call as it goes over the wire. */
export interface ApiRequest {
  readonly url: URL;
  readonly method: ApiCall['method'];
  readonly headers: Record<string, string | number>;
  readonly body?: Buffer;
}

export function requestOf(call: ApiCall, server: string, authorization: string | undefined): ApiRequest {
  const url = new URL(server.replace(/\/+$/, '') + call.path);
  for (const [name, value] of Object.entries(call.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const headers = {
    accept: 'application/json',
    'user-agent': 'muster',
    ...(authorization === undefined ? {} : { authorization }),
  };
  if (call.body === undefined) return { url, method: call.method, headers };
  const body = Buffer.from(JSON.stringify(call.body));
  const ofBody = { 'content-type': call.contentType ?? 'application/json', 'content-length': body.length };
  return { url, method: call.method, headers: { ...headers, ...ofBody }, body };
}

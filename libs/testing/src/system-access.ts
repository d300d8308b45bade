import { MusterClient } from '@muster/client';
import type { LoginView } from '@muster/contracts';
import { workerProcesses, type WorkerProcess } from './worker-processes.js';

export interface Ask {
  token?: string;
  /** Sent as JSON, unless it is text: that is sent as it stands. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** What JSON answers say; texts are `{ text }`. */
  body: Record<string, unknown>;
}

/** A system as its users see it, wherever it runs. */
export abstract class SystemAccess {
  constructor(
    readonly publicUrl: string,
    /** Of the first admin. */
    readonly password: string,
  ) {}

  /** Nothing that this test made stays. */
  abstract dispose(): Promise<void>;

  /** A client that is logged in as the first admin, or as somebody else. */
  async client(username = 'admin', password = this.password): Promise<MusterClient> {
    const client = new MusterClient({ baseUrl: this.publicUrl });
    await client.login(username, password);
    return client;
  }

  /** One request, and the answer as it comes over the wire. */
  async ask(method: string, path: string, { token, body, headers = {} }: Ask = {}): Promise<Answer> {
    const response = await fetch(this.publicUrl + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '') && text !== '';
    const parsed = isJson ? (JSON.parse(text) as Record<string, unknown>) : { text };
    return { status: response.status, headers: response.headers, body: parsed };
  }

  /** A login as the first admin, or as somebody else. */
  async login(username = 'admin', password = this.password): Promise<LoginView> {
    const { body } = await this.ask('POST', '/v1/auth/login', { body: { username, password } });
    return body as unknown as LoginView;
  }

  /** The processes of a session's workers, by role: workers run on this computer. */
  workersOf(sessionId: string): WorkerProcess[] {
    return workerProcesses(sessionId);
  }
}

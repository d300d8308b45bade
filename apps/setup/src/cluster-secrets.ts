import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** Secret objects by name. What there is stays as it is. */
export interface SecretObjects {
  /** What the Secret holds, as text; it is made of `contents` when there is none of that name. Of two who make it, the first counts. */
  ensure(name: string, contents: () => Record<string, string>): Promise<Record<string, string>>;
}

export interface ClusterAccess {
  /** Of the API server, for example https://10.96.0.1:443. */
  server: string;
  namespace: string;
  /** Of a service account that may make Secrets, and read those that it makes. */
  token: string;
  /** Certificate authority of the API server (PEM); undefined = those that the system knows. */
  authority: string | undefined;
}

interface Answer {
  status: number;
  text: string;
}

const deadlineMs = 10_000;
const ok = 200;
const created = 201;
const notFound = 404;
const conflict = 409;

/** The Secrets of one namespace, by two calls of the Kubernetes API: one to make, one to read. */
export class ClusterSecrets implements SecretObjects {
  constructor(
    private readonly access: ClusterAccess,
    private readonly onMade: (name: string) => void,
  ) {}

  async ensure(name: string, contents: () => Record<string, string>): Promise<Record<string, string>> {
    const found = await this.read(name);
    if (found !== undefined) return found;
    const made = contents();
    const answer = await this.call('POST', '', secretNamed(name, made));
    if (answer.status === conflict) return (await this.read(name)) ?? this.fail('POST', name, answer);
    if (answer.status !== created) return this.fail('POST', name, answer);
    this.onMade(name);
    return made;
  }

  private async read(name: string): Promise<Record<string, string> | undefined> {
    const answer = await this.call('GET', `/${name}`);
    if (answer.status === notFound) return undefined;
    if (answer.status !== ok) return this.fail('GET', name, answer);
    const { data = {} } = JSON.parse(answer.text) as { data?: Record<string, string> };
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8').trim()]),
    );
  }

  /** Never with the body of a request in it. */
  private fail(verb: string, name: string, { status, text }: Answer): never {
    throw new TypeError(`the API server answers ${status} to ${verb} of the Secret ${name}: ${text.slice(0, 500)}`);
  }

  private call(method: string, path: string, body?: object): Promise<Answer> {
    const { server, namespace, token, authority } = this.access;
    const url = new URL(`${server}/api/v1/namespaces/${namespace}/secrets${path}`);
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'content-type': 'application/json',
    };
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(deadlineMs);
      const request = send(url, { method, headers, ca: authority, agent: false, signal }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      request.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function secretNamed(name: string, contents: Record<string, string>): object {
  const labels = { 'app.kubernetes.io/part-of': 'muster' };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, type: 'Opaque', stringData: contents };
}

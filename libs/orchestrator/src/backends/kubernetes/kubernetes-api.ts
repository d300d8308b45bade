import type { Readable } from 'node:stream';
import type { RequestOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { createRequire } from 'node:module';
import type * as Client from '@kubernetes/client-node';
import type { CoreV1Event, KubeConfig, V1Node, V1Pod, V1PodTemplate } from '@kubernetes/client-node';
import { BackendUnavailable, InvalidSpec } from '../../contract/errors.js';
import type { ApiAccess, ApiCall } from './api-call.js';
import { ApiTransport } from './api-transport.js';
import { serviceAccount } from './service-account.js';

export type {
  CoreV1Event,
  V1Affinity,
  V1Container,
  V1Node,
  V1Pod,
  V1PodSpec,
  V1PodTemplate,
  V1Toleration,
  V1Volume,
} from '@kubernetes/client-node';

/** One page of a list; `continue` is there if there is more. */
export interface ListPage<T> {
  readonly items: T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface Selection {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface PageQuery extends Selection {
  readonly limit: number;
  readonly continue?: string;
}

export interface WatchQuery extends Selection {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
}

export interface PodLogQuery {
  readonly follow: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** RFC 3339; counted in whole seconds. */
  readonly sinceTime?: string;
  readonly timestamps?: boolean;
  readonly limitBytes?: number;
}

/** A kind of object: listed page by page, then watched. `undefined` as namespace = of the whole cluster. */
export interface Listed<T> {
  readonly what: string;
  page(query: PageQuery, signal: AbortSignal): Promise<ListPage<T>>;
  /** One JSON object per line: `{type, object}`. */
  watch(query: WatchQuery, signal: AbortSignal): Promise<Readable>;
}

const json = { patch: 'application/merge-patch+json' };
const complaintLength = 500;

/** Calls of the Kubernetes API. The only file that knows its client, of which it takes types and the reading of kubeconfigs. */
export class KubernetesApi {
  private constructor(private readonly transport: ApiTransport) {}

  /** Reads a kubeconfig, or the service account of our own pod. Throws `InvalidSpec` for one that cannot be used; asks nothing. */
  static open({ configFile }: { configFile?: string }): KubernetesApi {
    return new KubernetesApi(new ApiTransport(accessOf(configFile)));
  }

  /** Base address of the API server. */
  get server(): string {
    return this.transport.server;
  }

  get isClosed(): boolean {
    return this.transport.isClosed;
  }

  /** Ends every call and stream. */
  close(): void {
    this.transport.close();
  }

  createPod(namespace: string, body: V1Pod, signal?: AbortSignal): Promise<V1Pod> {
    return this.ask({ method: 'POST', path: podsPath(namespace), body, question: 'to create a pod' }, signal);
  }

  pod(namespace: string, name: string, signal?: AbortSignal): Promise<V1Pod> {
    return this.ask({ method: 'GET', path: podPath(namespace, name), question: `the pod ${name}` }, signal);
  }

  /** Begins to end it; it is gone when its deletion is seen. `uid`: only that very pod (409 `Conflict` for another of its name). */
  async deletePod(
    namespace: string,
    name: string,
    { graceSeconds, uid }: { graceSeconds?: number; uid?: string },
  ): Promise<void> {
    const body = {
      ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    };
    await this.ask({ method: 'DELETE', path: podPath(namespace, name), body, question: `to delete the pod ${name}` });
  }

  /** What its container printed, both streams as one. */
  podLog(namespace: string, name: string, query: PodLogQuery, signal: AbortSignal): Promise<Readable> {
    const { follow, ...rest } = query;
    return this.transport.stream({
      method: 'GET',
      path: `${podPath(namespace, name)}/log`,
      query: { ...rest, ...(follow ? { follow } : {}) },
      question: `the output of the pod ${name}`,
      signal,
    });
  }

  pods(namespace: string | undefined, selection: Selection = {}): Listed<V1Pod> {
    return this.listed('pods', podsPath(namespace), selection);
  }

  node(name: string, signal?: AbortSignal): Promise<V1Node> {
    return this.ask({ method: 'GET', path: nodePath(name), question: `the node ${name}` }, signal);
  }

  nodes(selection: Selection = {}): Listed<V1Node> {
    return this.listed('nodes', '/api/v1/nodes', selection);
  }

  /** `null` takes a label away. Other labels stay as they are. */
  async labelNode(name: string, labels: Readonly<Record<string, string | null>>): Promise<void> {
    const body = { metadata: { labels } };
    const question = `to label the node ${name}`;
    await this.ask({ method: 'PATCH', path: nodePath(name), body, contentType: json.patch, question });
  }

  podTemplate(namespace: string, name: string): Promise<V1PodTemplate> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/podtemplates/${encodeURIComponent(name)}`;
    return this.ask({ method: 'GET', path, question: `the pod template ${name}` });
  }

  /** What was noted of one pod, for people. */
  async podEvents(namespace: string, name: string): Promise<CoreV1Event[]> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
    const query = { fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${name}` };
    const question = `the events of the pod ${name}`;
    return (await this.ask<RawList<CoreV1Event>>({ method: 'GET', path, query, question })).items;
  }

  /** For kinds of objects that are not named here. */
  createObject<T>(path: string, body: T, question: string): Promise<T> {
    return this.ask({ method: 'POST', path, body, question });
  }

  private ask<T>(call: ApiCall, signal?: AbortSignal): Promise<T> {
    return this.transport.json<T>(signal === undefined ? call : { ...call, signal });
  }

  private listed<T>(what: string, path: string, selection: Selection): Listed<T> {
    return {
      what,
      page: async (query, signal) => {
        const call = {
          method: 'GET',
          path,
          query: { ...selection, ...query },
          question: `its ${what}`,
          signal,
        } as const;
        const { items, metadata } = await this.transport.json<RawList<T>>(call);
        const page = { items, resourceVersion: metadata.resourceVersion };
        return metadata.continue ? { ...page, continue: metadata.continue } : page;
      },
      watch: (query, signal) =>
        this.transport.stream({
          method: 'GET',
          path,
          query: { ...selection, ...query, watch: true, allowWatchBookmarks: true },
          question: `changes of its ${what}`,
          signal,
        }),
    };
  }
}

interface RawList<T> {
  items: T[];
  metadata: { resourceVersion: string; continue?: string };
}

function podsPath(namespace: string | undefined): string {
  return namespace === undefined ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
}

function podPath(namespace: string, name: string): string {
  return `${podsPath(namespace)}/${encodeURIComponent(name)}`;
}

function nodePath(name: string): string {
  return `/api/v1/nodes/${encodeURIComponent(name)}`;
}

/** Throws `InvalidSpec`. The client takes 80 MB of memory: whoever is a pod of the cluster goes without it. */
function configOf(configFile: string): KubeConfig {
  const { KubeConfig: Config } = createRequire(import.meta.url)('@kubernetes/client-node') as typeof Client;
  const config = new Config();
  try {
    config.loadFromFile(configFile);
  } catch (error) {
    // Without its cause: what a parser says quotes the lines around, which may be a token or a key.
    throw new InvalidSpec(`the kubeconfig ${configFile} cannot be used: ${unreadable(error)}`);
  }
  return config;
}

function unreadable(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? 'its content is not that of a kubeconfig' : `${syscall} ${code}`;
}

function accessOf(configFile: string | undefined): ApiAccess {
  if (configFile === undefined) return serviceAccount();
  let config = configOf(configFile);
  return {
    server: serverOf(config, configFile),
    tls: () => tlsOf(config),
    authorization: async (renew) => {
      // Credentials are replaced on the disk long before they end; who is refused reads again.
      if (renew) config = configOf(configFile);
      return headerOf(config);
    },
  };
}

function serverOf(config: KubeConfig, configFile: string): string {
  const server = config.getCurrentCluster()?.server ?? '';
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new InvalidSpec(`the kubeconfig ${configFile} names no cluster for its current context`);
  // An address is told in errors; nobody would take care of a password there.
  if (url.username !== '' || url.password !== '')
    throw new InvalidSpec(`the kubeconfig ${configFile} names a user in the address of its cluster: name it as a user`);
  return server;
}

/** What the client would give to a request of its own. */
async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new BackendUnavailable(`the credentials of the cluster cannot be read: ${unreadableCredential(error)}`);
  }
  return options;
}

async function tlsOf(config: KubeConfig): Promise<SecureContextOptions> {
  const { ca, cert, key, servername, rejectUnauthorized } = await optionsOf(config);
  return Object.fromEntries(
    Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(([, value]) => value !== undefined),
  );
}

async function headerOf(config: KubeConfig): Promise<string | undefined> {
  const { headers, auth } = await optionsOf(config);
  if (auth) return `Basic ${Buffer.from(auth).toString('base64')}`;
  return (headers as Record<string, string>)['Authorization'];
}

/** Without its cause, as above. What a program that gives credentials complains of is meant for people. */
function unreadableCredential(error: unknown): string {
  if (error instanceof SyntaxError) return 'what its program says is not JSON';
  const { syscall, code, message } = error as NodeJS.ErrnoException;
  return syscall === undefined ? message.slice(0, complaintLength).trim() : `${syscall} ${code}`;
}

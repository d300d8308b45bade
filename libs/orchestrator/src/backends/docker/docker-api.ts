import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { BackendUnavailable, InvalidSpec } from '../../contract/errors.js';
import type { EngineConnection } from './engine-address.js';
import { EngineRefusal, ifThere } from './engine-refusal.js';

export type ContainerSpec = Docker.ContainerCreateOptions;
export type ContainerDetails = Docker.ContainerInspectInfo;
export type ContainerSummary = Docker.ContainerInfo;
export type ImageDetails = Docker.ImageInspectInfo;
type EngineVersion = Docker.DockerVersion & { readonly MinAPIVersion?: string };
export type NetworkDetails = Docker.NetworkInspectInfo;
export type EngineInfo = EngineVersion & {
  NCPU: number;
  MemTotal: number;
  OSVersion?: string;
  DockerRootDir?: string;
  Name: string;
  MemoryLimit: boolean;
  CpuCfsQuota: boolean;
  PidsLimit: boolean;
};
export interface LogQuery {
  readonly follow: boolean;
  readonly tail?: number;
  /** Seconds since 1970. */
  readonly since?: number;
  /** Before each piece its time, of one length, and a space. */
  readonly timestamps?: boolean;
}
export type RegistryCredentials = Docker.AuthConfig | Docker.AuthConfigObject;

/** The oldest version of the Engine API that has all that is used here. */
const apiVersion = [1, 41] as const;
/** What the engine tells that can change a status. */
const changes = ['start', 'die', 'oom', 'destroy'];
const answerMs = 30_000;
/** Creating may copy an image's files into volumes, starting may wait for a network driver, killing for the death. */
const slowAnswerMs = 120_000;

/** Calls of one Docker Engine. The only file that knows its client; each call has a deadline, each error is a contract's. */
export class DockerApi {
  private readonly docker: Docker;
  private readonly agent: HttpAgent;
  private readonly closing = new AbortController();

  constructor(connection: EngineConnection) {
    const agentOptions = { keepAlive: true, maxFreeSockets: 16 };
    this.agent = connection.protocol === 'https' ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
    // The client describes each question in full, for a log that nobody reads: with 50 connections that took 40 ms.
    Object.assign(this.agent, { [inspect.custom]: () => 'connections of the engine' });
    // Absent members would be filled from environment variables, which are not ours to read here.
    const absent = {
      socketPath: undefined,
      host: undefined,
      port: undefined,
      ca: undefined,
      cert: undefined,
      key: undefined,
    };
    this.docker = new Docker({ ...absent, ...connection, agent: this.agent } as Docker.DockerOptions);
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** What the engine is; settles the version of the API for all later calls. */
  async connect(): Promise<EngineInfo> {
    const askVersion = (signal: AbortSignal) => untyped<EngineVersion>(this.docker.version(cancelledBy(signal)));
    const version = await this.ask('its version', answerMs, askVersion);
    const spoken = spokenVersion(version.ApiVersion, version.MinAPIVersion ?? '1.12');
    Object.assign(this.docker.modem, { version: `v${spoken}` });
    const askInfo = (signal: AbortSignal) => untyped<EngineInfo>(this.docker.info(cancelledBy(signal)));
    const info = await this.ask('its description', answerMs, askInfo);
    return { ...info, ...version };
  }

  /** The body apart: otherwise the client repeats all of it in the URL, the environment too. */
  async create(name: string, body: ContainerSpec): Promise<string> {
    const options = { _query: { name }, _body: body };
    const create = (abortSignal: AbortSignal) => this.docker.createContainer({ ...options, abortSignal });
    return (await this.ask('to create a container', slowAnswerMs, create)).id;
  }

  /** Whether a path is there in a container, which need not run. */
  async hasFile(id: string, path: string): Promise<boolean> {
    const stat = (abortSignal: AbortSignal) => this.container(id).infoArchive({ path, abortSignal });
    const answer = (await ifThere(this.openStream('a file of a container', stat, new AbortController().signal))) as
      Readable | undefined;
    answer?.resume();
    return answer !== undefined;
  }

  async startContainer(id: string): Promise<void> {
    await this.ask('to start a container', slowAnswerMs, (abortSignal) => this.container(id).start({ abortSignal }));
  }

  inspect(idOrName: string): Promise<ContainerDetails> {
    return this.ask('a container', answerMs, (abortSignal) => this.container(idOrName).inspect({ abortSignal }));
  }

  async kill(id: string, signal: string): Promise<void> {
    await this.ask(`a ${signal}`, slowAnswerMs, (abortSignal) => this.container(id).kill({ signal, abortSignal }));
  }

  async unpause(id: string): Promise<void> {
    await this.ask('to go on', answerMs, (abortSignal) => this.container(id).unpause({ abortSignal }));
  }

  /** Resolves when the container does not run, or with the signal. */
  async waitForEnd(id: string, signal: AbortSignal): Promise<void> {
    const wait = (abortSignal: AbortSignal) => this.container(id).wait({ condition: 'not-running', abortSignal });
    await this.ask('the end of a container', Infinity, wait, signal);
  }

  /** With its unnamed volumes; one that runs is killed. */
  async remove(id: string): Promise<void> {
    const remove = (abortSignal: AbortSignal) => this.container(id).remove({ force: true, v: true, abortSignal });
    await this.ask('to remove a container', slowAnswerMs, remove);
  }

  list(labels: readonly string[]): Promise<ContainerSummary[]> {
    const filters = { label: [...labels] };
    const list = (abortSignal: AbortSignal) => this.docker.listContainers({ all: true, filters, abortSignal });
    return this.ask('its containers', answerMs, list);
  }

  /** Of containers with these labels, from now on; one JSON object per line. */
  events(labels: readonly string[], signal: AbortSignal): Promise<Readable> {
    const filters = JSON.stringify({ type: ['container'], event: changes, label: labels });
    const listen = (abortSignal: AbortSignal) => this.docker.getEvents({ filters, abortSignal });
    return this.openStream('its events', listen, signal);
  }

  /** Multiplexed: see `readFrames`. */
  logs(id: string, options: LogQuery, signal: AbortSignal): Promise<Readable> {
    const query = { stdout: true, stderr: true, ...options };
    // The client hands out a stream only where it is told to follow; what the engine is told stands in the query.
    const read = (abortSignal: AbortSignal): Promise<NodeJS.ReadableStream> =>
      this.container(id).logs({ follow: true, abortSignal, _query: query } as { follow: true });
    return this.openStream('the output of a container', read, signal);
  }

  image(reference: string): Promise<ImageDetails> {
    const inspect = (signal: AbortSignal) =>
      untyped<ImageDetails>(this.docker.getImage(reference).inspect(cancelledBy(signal)));
    return this.ask(`the image ${reference}`, answerMs, inspect);
  }

  network(name: string): Promise<NetworkDetails> {
    return this.ask(`the network ${name}`, answerMs, () => this.docker.getNetwork(name).inspect());
  }

  /** All that have these labels. */
  networks(labels: readonly string[]): Promise<NetworkDetails[]> {
    const filters = { label: [...labels] };
    const list = (abortSignal: AbortSignal) => this.docker.listNetworks({ filters, abortSignal });
    return this.ask('its networks', answerMs, list);
  }

  /** A bridge of one subnet. */
  async createNetwork(Name: string, Subnet: string, Labels: Record<string, string>): Promise<void> {
    const IPAM = { Driver: 'default', Config: [{ Subnet }] };
    const body = { Name, CheckDuplicate: true, Driver: 'bridge', IPAM, Labels };
    // Apart, as with a container.
    const options = { Name, _query: {}, _body: body };
    const create = (abortSignal: AbortSignal) => this.docker.createNetwork({ ...options, abortSignal });
    await this.ask(`to create the network ${Name}`, slowAnswerMs, create);
  }

  async removeNetwork(id: string): Promise<void> {
    const remove = (signal: AbortSignal) => untyped(this.docker.getNetwork(id).remove(cancelledBy(signal)));
    await this.ask('to remove a network', slowAnswerMs, remove);
  }

  /** Names of all images. */
  async imageNames(): Promise<string[]> {
    const images = await this.ask('its images', answerMs, (abortSignal) => this.docker.listImages({ abortSignal }));
    return images.flatMap((image) => image.RepoTags ?? []).filter((name) => name !== '<none>:<none>');
  }

  /** Progress as one JSON object per line; failures may be among them. */
  pull(reference: string, credentials: RegistryCredentials | undefined, signal: AbortSignal): Promise<Readable> {
    const pull = (abortSignal: AbortSignal): Promise<NodeJS.ReadableStream> =>
      this.docker.createImage(credentials ?? {}, { fromImage: reference, abortSignal });
    return this.openStream(`to pull ${reference}`, pull, signal);
  }

  /** Only this name of it, and the image itself if that was its last. */
  async removeImage(reference: string): Promise<void> {
    const remove = (signal: AbortSignal) => untyped(this.docker.getImage(reference).remove(cancelledBy(signal)));
    await this.ask(`to remove the image ${reference}`, slowAnswerMs, remove);
  }

  close(): void {
    this.closing.abort();
    this.agent.destroy();
  }

  private container(idOrName: string): Docker.Container {
    return this.docker.getContainer(idOrName);
  }

  private async openStream(
    question: string,
    open: (signal: AbortSignal) => Promise<NodeJS.ReadableStream>,
    signal: AbortSignal,
  ): Promise<Readable> {
    return (await this.ask(question, Infinity, open, signal)) as Readable;
  }

  /** The caller's signal throws the caller's reason; everything else is `BackendUnavailable` or an `EngineRefusal`. */
  private async ask<T>(
    question: string,
    deadlineMs: number,
    call: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (this.isClosed) throw new BackendUnavailable('this back end was closed');
    signal?.throwIfAborted();
    const given = signal === undefined ? [] : [signal];
    const deadline = deadlineMs === Infinity ? [] : [AbortSignal.timeout(deadlineMs)];
    try {
      return await call(AbortSignal.any([this.closing.signal, ...given, ...deadline]));
    } catch (error) {
      signal?.throwIfAborted();
      throw answerError(question, error);
    }
  }
}

/** The client takes it everywhere; its types do not know that everywhere. */
function cancelledBy(abortSignal: AbortSignal): never {
  return { abortSignal } as never;
}

function untyped<T>(answer: unknown): Promise<T> {
  return answer as Promise<T>;
}

function answerError(question: string, cause: unknown): BackendUnavailable {
  const { statusCode, json } = cause as { statusCode?: number; json?: { message?: string } };
  const text = cause instanceof Error ? cause.message : String(cause);
  // The client puts its own words before those of the engine.
  const said = json?.message ?? text.replace(/^\(HTTP code \d+\) .*? - /, '').trim();
  if (statusCode !== undefined) return new EngineRefusal(statusCode, said, question);
  return new BackendUnavailable(`the engine does not answer when asked for ${question}: ${text}`, { cause });
}

/** The oldest that both sides speak, so that an engine of any age answers the same. */
function spokenVersion(newest: string, oldest: string): string {
  const wanted = apiVersion.join('.');
  if (isOlder(newest, wanted)) throw new InvalidSpec(`the engine speaks API ${newest}; ${wanted} or newer is needed`);
  return isOlder(oldest, wanted) ? wanted : oldest;
}

function isOlder(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

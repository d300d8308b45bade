import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MusterError, type ShutdownRequest } from '@muster/contracts/wire';
import { streamDefaults } from '@muster/relay';
import { attempt } from './attempt.js';
import { actionScope } from './action-context.js';
import { type ContextParts, workerContext } from './contexts.js';
import { ControlClient } from './control-client.js';
import type { WorkerDefinition } from './definition.js';
import { readEnvironment, type WorkerEnvironment } from './environment.js';
import { exitCodes } from './exit-codes.js';
import { Fence } from './fence.js';
import { createWorkerServer } from './http-server.js';
import { createLog, describeError, type Log } from './log.js';
import { PeerCaller } from './peer-caller.js';
import { PeerTable } from './peer-table.js';
import { StreamHub } from './stream-hub.js';
import { StreamServer } from './stream-server.js';
import { pause, realTimers, type Timers } from './timers.js';
import { WorkerLife } from './worker-life.js';

export interface RunOptions {
  timers?: Timers;
  /** Where log lines go; default stdout. */
  write?: (line: string) => void;
}

export interface RunningWorker {
  /** Where it answers; undefined when the port could not be bound. */
  readonly address: string | undefined;
  /** The exit code that its process should end with; see `exitCodes`. */
  readonly ended: Promise<number>;
  /** What SIGTERM does: as if told to shut down. */
  stop(reason: string): void;
}

const guardTimeoutMs = 5000;

/**
 * Runs a worker until it is told to end: binds, registers, serves its session. The definition may still be loading.
 * Never rejects; what went wrong is in the log and in the exit code.
 */
export async function runWorker(
  definition: WorkerDefinition | Promise<WorkerDefinition>,
  environment: WorkerEnvironment = readEnvironment(),
  options: RunOptions = {},
): Promise<RunningWorker> {
  const worker = new Worker(Promise.resolve(definition), environment, options);
  await worker.start();
  return worker;
}

class Worker implements RunningWorker {
  address: string | undefined;
  readonly ended: Promise<number>;
  readonly #timers: Timers;
  readonly #log: Log;
  readonly #fence: Fence;
  readonly #control: ControlClient;
  readonly #life: WorkerLife;
  readonly #parts: ContextParts;
  readonly #streams: StreamServer;
  readonly #server: Server;
  readonly #ending = new AbortController();
  readonly #acceptToken = Promise.withResolvers<string>();
  readonly #resolveEnded: (exitCode: number) => void;
  #knownToken: string | undefined;
  #cancelInitTimeout: () => void = () => {};

  constructor(
    private readonly definition: Promise<WorkerDefinition>,
    private readonly environment: WorkerEnvironment,
    options: RunOptions,
  ) {
    const { sessionId, role, incarnation, maxBodyBytes } = environment;
    const ended = Promise.withResolvers<number>();
    [this.ended, this.#resolveEnded] = [ended.promise, ended.resolve];
    this.#timers = options.timers ?? realTimers;
    const write = options.write ?? ((line: string) => void process.stdout.write(line));
    this.#log = createLog(write, { session: sessionId, role, incarnation });
    this.#fence = new Fence(sessionId, incarnation);
    this.#control = this.#createControl();
    const hub = this.#createHub();
    this.#parts = this.#createParts(hub);
    this.#life = new WorkerLife({
      parts: this.#parts,
      fence: this.#fence,
      definition,
      initialised: () => this.#cancelInitTimeout(),
      end: (exitCode, shutdown) => void this.#end(exitCode, shutdown),
    });
    const guard = (headers: IncomingHttpHeaders): Promise<void> => this.#guard(headers);
    const ofStreams = { maxFrameBytes: maxBodyBytes, timers: this.#timers, log: this.#log };
    this.#streams = new StreamServer({ hub, guard, ...ofStreams });
    this.#server = this.#createServer(guard);
  }

  async start(): Promise<void> {
    this.#acceptToken.promise.catch(() => {});
    try {
      this.address = await this.#bind();
    } catch (error) {
      this.#log.error('the port could not be bound', describeError(error));
      return this.#resolveEnded(exitCodes.bind);
    }
    this.definition.catch((error: unknown) => {
      this.#log.error('the module could not be loaded', describeError(error));
      void this.#end(exitCodes.module);
    });
    void this.#register(this.environment.advertise ?? this.address);
  }

  stop(reason: string): void {
    void this.#end(exitCodes.shutdown, { reason, graceMs: this.environment.shutdownGraceMs });
  }

  #createControl(): ControlClient {
    return new ControlClient({
      controlUrl: this.environment.controlUrl,
      traceparent: this.environment.traceparent,
      timers: this.#timers,
      log: this.#log,
      signal: this.#ending.signal,
      onFenced: (code) => {
        this.#log.warn('this worker must not act any more', { code });
        void this.#end(exitCodes.fenced, { reason: code, graceMs: this.environment.shutdownGraceMs });
      },
    });
  }

  #createHub(): StreamHub {
    const { role, incarnation, maxBodyBytes, clientResumeMs } = this.environment;
    const host = {
      role,
      incarnation,
      maxFrameBytes: maxBodyBytes,
      windowBytes: streamDefaults.windowBytes,
      bufferBytes: streamDefaults.bufferBytes,
      timers: this.#timers,
      log: this.#log,
      perform: (request: Parameters<WorkerLife['fromStream']>[0]) => this.#life.fromStream(request),
      pushed: (message: Parameters<Worker['pushed']>[0]) => this.pushed(message),
    };
    return new StreamHub(host, clientResumeMs);
  }

  #createParts(hub: StreamHub): ContextParts {
    const table = new PeerTable();
    const { sessionId, role, incarnation, maxBodyBytes } = this.environment;
    const { signal } = this.#ending;
    const shared = { table, timers: this.#timers, fence: this.#fence, signal };
    return {
      environment: this.environment,
      log: this.#log,
      control: this.#control,
      table,
      caller: new PeerCaller({ sessionId, role, incarnation, maxBodyBytes, ...shared }),
      signal,
      session: () => this.#life.session,
      broadcast: (topic, body) => hub.broadcast(topic, body),
    };
  }

  #createServer(guard: (headers: IncomingHttpHeaders) => Promise<void>): Server {
    const life = this.#life;
    return createWorkerServer({
      posts: {
        '/v1/init': (call) => life.init(call),
        '/v1/run': (call) => life.run(call),
        '/v1/execute': (call) => life.execute(call),
        '/v1/queue': (call) => life.queue(call),
        '/v1/shutdown': (call) => life.shutdown(call),
      },
      guard,
      isReady: () => life.isReady,
      maxBodyBytes: this.environment.maxBodyBytes,
      log: this.#log,
    });
  }

  /** The holder may call before the answer to our registration was read: such a call waits a little. */
  async #guard(headers: IncomingHttpHeaders): Promise<void> {
    const acceptToken = this.#knownToken ?? (await this.#awaitToken());
    if (acceptToken === undefined) throw new MusterError('not-ready', 'the worker has not registered yet');
    this.#fence.check(headers, acceptToken);
  }

  #awaitToken(): Promise<string | undefined> {
    const waited = pause(this.#timers, guardTimeoutMs).then(() => undefined);
    return Promise.race([this.#acceptToken.promise, waited]);
  }

  pushed({
    client,
    topic,
    body,
    push,
  }: {
    client: string;
    topic: string;
    body: unknown;
    push: (topic: string, body: unknown) => void;
  }): void {
    const { onPush } = this.#life.definition;
    if (onPush === undefined) return;
    const from = { kind: 'client' as const, clientId: client };
    const asked = { id: topic, from, traceparent: undefined, signal: this.#ending.signal, push };
    const { context, release } = actionScope(this.#parts, asked);
    attempt(() => onPush(topic, body, context))
      .catch((error: unknown) => this.#log.error('onPush failed', describeError(error)))
      .finally(release);
  }

  #bind(): Promise<string> {
    const { host, port } = this.environment.bind;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#streams.serve(this.#server);
        const shownHost = host.includes(':') ? `[${host}]` : host;
        resolve(`http://${shownHost}:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  async #register(address: string): Promise<void> {
    const { joinToken, registerTimeoutMs, initTimeoutMs } = this.environment;
    this.environment.joinToken = '';
    try {
      const request = { address, speaks: 'muster.v1' as const };
      this.#knownToken = await this.#control.register(joinToken, request, registerTimeoutMs);
      this.#acceptToken.resolve(this.#knownToken);
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      this.#log.error('the worker could not register', describeError(error));
      return this.#end(exitCodes.neverRegistered);
    }
    if (this.#life.isReady) return;
    this.#cancelInitTimeout = this.#timers.after(initTimeoutMs, () => {
      this.#log.error('the worker was never initialised', { initTimeoutMs });
      void this.#end(exitCodes.neverInitialised);
    });
  }

  async #end(exitCode: number, shutdown?: ShutdownRequest): Promise<void> {
    if (this.#ending.signal.aborted) return;
    this.#cancelInitTimeout();
    this.#ending.abort();
    this.#acceptToken.reject(new MusterError('not-ready', 'the worker ends'));
    if (shutdown !== undefined) await this.#finish(shutdown);
    this.#streams.close();
    // What was answered just now still leaves. The open server holds the process until then.
    await pause(this.#timers, 20);
    this.#streams.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
    this.#resolveEnded(exitCode);
  }

  async #finish(shutdown: ShutdownRequest): Promise<void> {
    this.#log.info('shutting down', { reason: shutdown.reason });
    const finished = attempt(() => this.#life.definition.onShutdown?.(shutdown, workerContext(this.#parts)));
    const failed = (error: unknown): void => this.#log.error('onShutdown failed', describeError(error));
    await Promise.race([finished.then(() => {}, failed), pause(this.#timers, shutdown.graceMs)]);
  }
}

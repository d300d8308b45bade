import {
  type ExecuteRequest,
  type InitRequest,
  MusterError,
  type RunRequest,
  type ShutdownRequest,
} from '@muster/contracts/wire';
import { attempt } from './attempt.js';
import { actionScope, type Asked } from './action-context.js';
import { type ActionCall, ActionRunner } from './action-runner.js';
import { contextOfCall, type ContextParts, workerContext } from './contexts.js';
import type { SessionInfo, WorkerContext, WorkerDefinition } from './definition.js';
import { exitCodes } from './exit-codes.js';
import type { Fence } from './fence.js';
import { type Call, ok, type Reply } from './http-server.js';
import { describeError } from './log.js';
import { type Outcome, ownError } from './outcome.js';
import type { StreamRequest } from './client-stream.js';
import { traceparentIn } from './trace.js';
import { WorkQueue } from './work-queue.js';

export interface WorkerLifeOptions {
  parts: ContextParts;
  fence: Fence;
  definition: Promise<WorkerDefinition>;
  initialised(): void;
  end(exitCode: number, shutdown?: ShutdownRequest): void;
}

/** What the holder, peers and clients can ask of a worker, in the order of its life: init, run, execute and queue, shutdown. */
export class WorkerLife {
  #definition: WorkerDefinition = {};
  #init: Promise<void> | undefined;
  #isReady = false;
  #session: SessionInfo;
  readonly #queue = new WorkQueue();
  readonly #runner = new ActionRunner(() => this.#definition.actions ?? {});

  constructor(private readonly options: WorkerLifeOptions) {
    this.#session = { id: options.parts.environment.sessionId, project: null, parameters: {} };
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get session(): SessionInfo {
    return this.#session;
  }

  get definition(): WorkerDefinition {
    return this.#definition;
  }

  async init(call: Call): Promise<Reply> {
    const request = call.body as unknown as InitRequest;
    this.#obey(request);
    this.#init ??= this.#initialise(request, contextOfCall(this.options.parts, call));
    await this.#init;
    return ok({});
  }

  /** Answered when the view is known; `onRun` goes on by itself. */
  run({ body }: Call): Reply {
    if (!this.#isReady) throw new MusterError('not-ready', 'run came before init was done');
    const { parts } = this.options;
    const request = body as unknown as RunRequest;
    if (!Array.isArray(request.peers) || !Number.isSafeInteger(request.view))
      throw new MusterError('invalid-request', 'run needs view and peers');
    this.#obey(request);
    const isFirst = !parts.table.hasView;
    const changed = parts.table.apply(request) ?? [];
    if (isFirst) void this.#start();
    else for (const peer of changed) this.#tell('onPeer', () => this.#definition.onPeer?.(peer, workerContext(parts)));
    return ok({});
  }

  async execute(call: Call): Promise<Reply> {
    return replyOf(await this.#perform(executeRequestOf(call), call, call.signal));
  }

  queue(call: Call): Reply {
    const request = executeRequestOf(call);
    this.#assertReady();
    this.#queue.add(() => this.#perform(request, call, this.options.parts.signal));
    return ok({}, 202);
  }

  shutdown({ body }: Call): Reply {
    const { reason, graceMs } = body as Partial<ShutdownRequest>;
    const { environment } = this.options.parts;
    this.options.end(exitCodes.shutdown, {
      reason: reason ?? 'shutdown',
      graceMs: graceMs ?? environment.shutdownGraceMs,
    });
    return ok({});
  }

  /** A request that came over the stream. */
  async fromStream({ client, id, action, body, ...asked }: StreamRequest): Promise<Outcome> {
    if (!this.#isReady) return { kind: 'problem', problem: notReady().toProblem() };
    const from = { kind: 'client' as const, clientId: client };
    return this.#run({ id, action, body, from }, { id, from, ...asked });
  }

  #perform(request: ExecuteRequest, call: Call, signal: AbortSignal): Promise<Outcome> {
    this.#assertReady();
    const { id, from } = request;
    const asked = { id, from, signal, traceparent: traceparentIn(call.headers) };
    return this.#run({ ...request, body: request.body }, asked);
  }

  #run(call: Omit<ActionCall, 'context'>, asked: Asked): Promise<Outcome> {
    const { context, release } = actionScope(this.options.parts, asked);
    return this.#runner.run({ ...call, context }).finally(release);
  }

  #assertReady(): void {
    if (!this.#isReady) throw notReady();
  }

  #obey({ epoch, controlUrl }: { epoch: number; controlUrl: string }): void {
    this.options.fence.raise(epoch);
    if (typeof controlUrl === 'string' && controlUrl !== '') this.options.parts.control.moveTo(controlUrl);
  }

  async #initialise(request: InitRequest, context: WorkerContext): Promise<void> {
    const { parts, definition, initialised } = this.options;
    try {
      this.#definition = await definition;
      this.#session = { id: request.sessionId, project: request.project ?? null, parameters: request.parameters ?? {} };
      await this.#definition.onInit?.(context, request);
      this.#isReady = true;
      initialised();
    } catch (error) {
      this.#init = undefined;
      parts.log.error('init failed', describeError(error));
      const detail = error instanceof Error ? error.message : String(error);
      throw ownError(error) ?? new MusterError('action-failed', detail, { cause: error });
    }
  }

  async #start(): Promise<void> {
    const { parts, end } = this.options;
    try {
      await this.#definition.onRun?.(workerContext(parts));
    } catch (error) {
      parts.log.error('onRun failed', describeError(error));
      end(exitCodes.module);
    }
  }

  #tell(name: string, handler: () => unknown): void {
    attempt(handler).catch((error: unknown) => this.options.parts.log.error(`${name} failed`, describeError(error)));
  }
}

function notReady(): MusterError {
  return new MusterError('not-ready', 'the worker is not initialised');
}

function executeRequestOf({ body }: Call): ExecuteRequest {
  const { id, action, from } = body as Partial<ExecuteRequest>;
  const errors = [
    ...(typeof id === 'string' && id.length > 0 && id.length <= 128
      ? []
      : [{ member: 'id', reason: 'must be text of 1 to 128' }]),
    ...(typeof action === 'string' ? [] : [{ member: 'action', reason: 'must be text' }]),
    ...(from?.kind === 'client' || from?.kind === 'worker'
      ? []
      : [{ member: 'from.kind', reason: 'must be client or worker' }]),
  ];
  if (errors.length > 0) throw new MusterError('invalid-request', 'the request is not valid', { errors });
  return body as unknown as ExecuteRequest;
}

function replyOf(outcome: Outcome): Reply {
  if (outcome.kind === 'body') return { status: 200, json: `{"body":${outcome.json}}` };
  if (outcome.kind === 'problem') return { status: outcome.problem.status, json: JSON.stringify(outcome.problem) };
  const { topic, bytes } = outcome;
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return ok({ binary: { topic, base64 } });
}

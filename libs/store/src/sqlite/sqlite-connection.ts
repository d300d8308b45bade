import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { StoreUnavailable } from '../store-errors.js';
import { storeErrorOf, uniqueViolation } from './sqlite-failure.js';
import type { SqliteValue, ThreadOptions, ThreadReply, ThreadRequest, ThreadResult } from './sqlite-thread.js';

export interface ConnectionOptions extends ThreadOptions {
  operationTimeoutMs: number;
  /** Requests that may wait at once; more are refused. */
  maxQueuedRequests: number;
}

interface Waiting {
  resolve(result: ThreadResult): void;
  reject(error: Error): void;
  deadline: NodeJS.Timeout;
}

/**
 * Requests reject with a StoreError, or with UniqueViolation.
 * Sends statements to the thread and matches its answers. A thread that died is started again by the next request.
 */
export class SqliteConnection {
  private readonly options: ConnectionOptions;
  private readonly waiting = new Map<number, Waiting>();
  private thread: Worker | undefined;
  private lastId = 0;
  private closed = false;

  constructor(options: ConnectionOptions) {
    this.options = options;
  }

  async change(sql: string, values: readonly SqliteValue[] = []): Promise<number> {
    const result = await this.request({ write: true, sql, values });
    return 'changes' in result ? result.changes : 0;
  }

  async read(sql: string, values: readonly SqliteValue[] = []): Promise<SqliteValue[][]> {
    const result = await this.request({ write: false, sql, values });
    return 'rows' in result ? result.rows : [];
  }

  /** Resolves when everything asked before is done and the file is closed. */
  async close(): Promise<void> {
    this.closed = true;
    const { thread } = this;
    if (thread === undefined) return;
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    thread.ref();
    thread.postMessage(null);
    await ended;
  }

  private async request(request: Omit<ThreadRequest, 'id'>): Promise<ThreadResult> {
    const { file, maxQueuedRequests, operationTimeoutMs } = this.options;
    if (this.closed) throw new StoreUnavailable(`The database ${file} was closed by this process.`);
    if (this.waiting.size >= maxQueuedRequests) {
      throw new StoreUnavailable(`${maxQueuedRequests} requests wait for ${file} already; try again later.`);
    }
    const id = (this.lastId += 1);
    return await new Promise((resolve, reject) => {
      const late = new StoreUnavailable(
        `The database ${file} did not answer within ${operationTimeoutMs} ms. See that its disk works and is not overloaded.`,
      );
      const deadline = setTimeout(() => this.settle(id)?.reject(late), operationTimeoutMs);
      this.waiting.set(id, { resolve, reject, deadline });
      this.running().postMessage({ id, ...request } satisfies ThreadRequest);
    });
  }

  private running(): Worker {
    this.thread ??= this.start();
    return this.thread;
  }

  private start(): Worker {
    const { file, busyTimeoutMs, maxBatchRequests } = this.options;
    const workerData: ThreadOptions = { file, busyTimeoutMs, maxBatchRequests };
    const thread = new Worker(threadFile(), { workerData, execArgv: [], name: 'muster-sqlite' });
    let reason = 'its thread ended';
    thread.on('message', (reply: ThreadReply) => this.answer(reply));
    thread.on('error', (error) => (reason = error.message));
    thread.on('exit', () => this.lose(thread, reason));
    thread.unref();
    return thread;
  }

  private answer(reply: ThreadReply): void {
    const waiting = this.settle(reply.id);
    if ('result' in reply) waiting?.resolve(reply.result);
    else waiting?.reject(uniqueViolation(reply.failure) ?? storeErrorOf(this.options.file, reply.failure));
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    clearTimeout(waiting?.deadline);
    this.waiting.delete(id);
    return waiting;
  }

  private lose(thread: Worker, reason: string): void {
    if (this.thread !== thread) return;
    this.thread = undefined;
    const lost = new StoreUnavailable(`The connection to the database ${this.options.file} was lost: ${reason}.`);
    for (const id of this.waiting.keys()) this.settle(id)?.reject(lost);
  }
}

/** Next to the running bundle; in tests next to this source. */
function threadFile(): string {
  const folder = dirname(fileURLToPath(import.meta.url));
  const bundled = join(folder, 'sqlite-thread.js');
  return existsSync(bundled) ? bundled : join(folder, 'sqlite-thread.ts');
}

import { setTimeout as pause } from 'node:timers/promises';
import { BackendUnavailable } from '../../contract/errors.js';
import type { KubernetesApi, V1Pod } from './kubernetes-api.js';
import { readJsonLines } from '../docker/pull-progress.js';
import type { PodBook } from './pod-book.js';

const currentWithinMs = 3000;

/** Keeps the book by one watch on our pods. */
export class PodFeed {
  /** Rises when a connection is lost, so that what was seen by it is doubted. */
  connection = 0;
  private isConnected = false;
  private readonly over = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly api: KubernetesApi,
    private readonly book: PodBook,
    private readonly selector: string,
  ) {}

  get isClosed(): boolean {
    return this.over.signal.aborted;
  }

  start(): void {
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.over.abort();
    this.book.changes.tell();
    await this.running;
  }

  /** Resolves when the book shows what is true. `BackendUnavailable` if the cluster does not answer. */
  async current(): Promise<void> {
    await this.book.changes.until(() => this.isConnected || this.isClosed, { withinMs: currentWithinMs });
    if (this.isClosed) throw new BackendUnavailable('this back end was closed');
    if (!this.isConnected) throw new BackendUnavailable('the cluster does not answer');
  }

  /** Resolves with the connection, however long it takes, or when the signal aborts. */
  async connected(signal: AbortSignal): Promise<number> {
    await this.book.changes.until(() => this.isConnected || this.isClosed, { signal });
    if (this.isClosed) throw new BackendUnavailable('this back end was closed');
    return this.connection;
  }

  private async run(): Promise<void> {
    const { signal } = this.over;
    while (!signal.aborted) {
      try {
        await this.once(signal);
      } catch {}
      this.isConnected = false;
      this.connection += 1;
      this.book.changes.tell();
      await pause(200, undefined, { signal }).catch(() => {});
    }
  }

  private async once(signal: AbortSignal): Promise<void> {
    const before = this.book.all();
    const { items, metadata } = await this.api.listPods(this.selector);
    const stream = await this.api.watchPods(this.selector, metadata.resourceVersion, signal);
    this.book.replace(items, before);
    this.isConnected = true;
    this.book.changes.tell();
    for await (const event of readJsonLines(stream)) {
      const { type, object } = event as { type: string; object: V1Pod };
      if (type === 'ERROR') return;
      if (type === 'DELETED') this.book.deleted(object);
      else this.book.changed(object);
    }
  }
}

import { BackendUnavailable } from '../../contract/errors.js';
import type { Listed, V1Pod } from './kubernetes-api.js';
import { ListWatch, type Change } from './list-watch.js';
import type { PodBook } from './pod-book.js';

/** How long a question waits for a connection that was lost, before it is said that the cluster does not answer. */
const currentWithinMs = 3000;
const lastBackoffMs = 2000;

/** Keeps the book by one watch, which all who ask and who watch share. */
export class PodFeed {
  /** Another number after each gap: what was seen before it is doubted. */
  connection = 0;
  private isConnected = false;
  private readonly over = new AbortController();
  private readonly pods: ListWatch<V1Pod>;
  private why: unknown = 'it has not answered yet';

  constructor(
    listed: Listed<V1Pod>,
    private readonly book: PodBook,
  ) {
    let before: V1Pod[] = [];
    const page: Listed<V1Pod>['page'] = (query, signal) => {
      if (query.continue === undefined) before = book.all();
      return listed.page(query, signal);
    };
    const options = { listsAfterLoss: true, lastBackoffMs, onError: (error: unknown) => this.lost(error) };
    this.pods = new ListWatch({ ...listed, page }, options);
    this.pods.follow((change) => this.take(change, before));
  }

  get isClosed(): boolean {
    return this.over.signal.aborted;
  }

  async close(): Promise<void> {
    this.over.abort();
    this.book.changes.tell();
    await this.pods.close();
  }

  /** Resolves when the book shows what is true now. `BackendUnavailable` if the cluster does not answer. */
  async current(): Promise<void> {
    await this.settled({ withinMs: currentWithinMs });
    if (!this.isConnected)
      throw new BackendUnavailable(`the cluster does not answer: ${String(this.why)}`, { cause: this.why });
  }

  /** Resolves with the connection, however long it takes, or when the signal aborts. */
  async connected(signal: AbortSignal): Promise<number> {
    await this.settled({ signal });
    return this.connection;
  }

  private async settled(bounds: { withinMs?: number; signal?: AbortSignal }): Promise<void> {
    await this.book.changes.until(() => this.isConnected || this.isClosed, bounds);
    if (this.isClosed) throw new BackendUnavailable('this back end was closed');
  }

  private take(change: Change<V1Pod>, before: readonly V1Pod[]): void {
    if (change.type === 'changed') return this.book.changed(change.item);
    if (change.type === 'deleted') return this.book.deleted(change.item);
    this.book.replace(change.items, before);
    if (this.isConnected) return;
    this.isConnected = true;
    this.book.changes.tell();
  }

  private lost(error: unknown): void {
    this.why = error;
    if (!this.isConnected) return;
    this.isConnected = false;
    this.connection += 1;
    this.book.changes.tell();
  }
}

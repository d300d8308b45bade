import { jsonLines } from './json-lines.js';
import type { Listed } from './kubernetes-api.js';
import { KubernetesRefusal } from './kubernetes-refusal.js';
import { listWatchDefaults, type ListWatchOptions } from './list-watch-options.js';

export interface ListedObject {
  metadata?: { name?: string; namespace?: string; uid?: string; resourceVersion?: string };
}

/** `synced` comes first and again after every gap: the whole truth of that moment, and what is not in it is gone. */
export type Change<T> =
  | { readonly type: 'synced'; readonly items: readonly T[] }
  | { readonly type: 'changed'; readonly item: T }
  | { readonly type: 'deleted'; readonly item: T };

/** The state of the list that a watch goes on from. */
interface Position {
  resourceVersion: string;
  /** How often something new was told, or a watch lasted, since the list: after that the next connection is worth it at once. */
  progress: number;
}

/** The server forgot where we were, or a watch must be begun anew from a list. */
class Expired extends Error {
  readonly code = 'expired';
}

/**
 * All objects of one selection, kept up to date: listed page by page, watched from there, listed again whenever the watch can
 * not be trusted. One connection serves all who follow. Runs from the first follower until `close`.
 */
export class ListWatch<T extends ListedObject> {
  private readonly options: ListWatchOptions;
  private readonly objects = new Map<string, T>();
  private readonly followers = new Set<(change: Change<T>) => void>();
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;
  private hasSynced = false;

  constructor(
    private readonly source: Listed<T>,
    options: Partial<ListWatchOptions> = {},
  ) {
    this.options = { ...listWatchDefaults, ...options };
  }

  /**
   * Calls back at once with everything if it is known, then with every change, in order. Returns how to stop that. A follower that
   * throws has missed that change, until the next `synced`; the others have not.
   */
  follow(follower: (change: Change<T>) => void): () => void {
    const own = (change: Change<T>): void => follower(change);
    this.followers.add(own);
    const known: Change<T>[] = this.hasSynced ? [{ type: 'synced', items: this.all() }] : [];
    for (const failure of known.flatMap((change) => failuresOf([own], change))) this.options.onError(failure);
    this.running ??= this.run();
    return () => this.followers.delete(own);
  }

  /** Everything was listed once. */
  get isSynced(): boolean {
    return this.hasSynced;
  }

  /** Resolves when everything was listed once. */
  async synced(signal: AbortSignal): Promise<void> {
    const signals = [signal, this.closing.signal];
    for (const each of signals) each.throwIfAborted();
    let forget = (): void => {};
    await new Promise<void>((resolve, reject) => {
      const abandon = (): void => reject(signals.find(({ aborted }) => aborted)?.reason as Error);
      const stop = this.follow(() => resolve());
      for (const each of signals) each.addEventListener('abort', abandon);
      forget = () => {
        stop();
        for (const each of signals) each.removeEventListener('abort', abandon);
      };
    }).finally(() => forget());
  }

  /** The newest known object of this name (of any namespace, where several are listed: the first). */
  get(name: string): T | undefined {
    for (const object of this.objects.values()) if (object.metadata?.name === name) return object;
    return undefined;
  }

  all(): T[] {
    return [...this.objects.values()];
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.followers.clear();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    let backoffMs = this.options.firstBackoffMs;
    while (!signal.aborted) {
      const position: Position = { resourceVersion: '', progress: 0 };
      try {
        position.resourceVersion = await this.list();
        await this.watchUntilRelist(position);
        backoffMs = this.options.firstBackoffMs;
      } catch (error) {
        if (signal.aborted) return;
        this.options.onError(error);
        if (position.progress > 0) backoffMs = this.options.firstBackoffMs;
        await this.pause(backoffMs);
        backoffMs = Math.min(2 * backoffMs, this.options.lastBackoffMs);
      }
    }
  }

  /** Returns the version from which to watch. Nothing is told of a list that breaks off, as where a page is not there any more. */
  private async list(): Promise<string> {
    const { signal } = this.closing;
    const items: T[] = [];
    for (let token: string | undefined; ;) {
      const query = { limit: this.options.pageSize, ...(token === undefined ? {} : { continue: token }) };
      const page = await this.source.page(query, signal);
      items.push(...page.items);
      token = page.continue;
      if (token !== undefined) continue;
      this.replaceAll(items);
      return page.resourceVersion;
    }
  }

  /** Watches, again and again from where the last watch ended, until it is time for a new list. Throws when that is needed at once. */
  private async watchUntilRelist(position: Position): Promise<void> {
    const due = AbortSignal.timeout(Math.round(this.between(this.options.relistMs)));
    let backoffMs = this.options.firstBackoffMs;
    while (!this.closing.signal.aborted && !due.aborted) {
      const { progress } = position;
      try {
        await this.watchOnce(position, due);
      } catch (error) {
        if (this.closing.signal.aborted || due.aborted) return;
        if (isExpired(error) || this.options.listsAfterLoss) throw error;
        this.options.onError(error);
      }
      if (position.progress > progress) backoffMs = this.options.firstBackoffMs;
      // Also after a watch that ended in order: a server that ends each at once must not be asked without a pause.
      else {
        await this.pause(backoffMs);
        backoffMs = Math.min(2 * backoffMs, this.options.lastBackoffMs);
      }
    }
  }

  private async watchOnce(position: Position, due: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([this.closing.signal, lost.signal, due]);
    const idle = setTimeout(() => lost.abort(new WatchSilent(this.source.what)), this.options.idleMs).unref();
    const { clock, lastBackoffMs } = this.options;
    let begunMs = Infinity;
    try {
      const timeoutSeconds = Math.round(this.between(this.options.watchSeconds));
      const stream = await this.source.watch({ resourceVersion: position.resourceVersion, timeoutSeconds }, signal);
      begunMs = clock.monotonicMs();
      stream.on('data', () => idle.refresh());
      for await (const line of jsonLines(stream)) this.take(line, position);
    } finally {
      if (clock.monotonicMs() - begunMs >= lastBackoffMs) position.progress += 1;
      clearTimeout(idle);
      lost.abort();
    }
  }

  /**
   * What is told last is believed, whatever its version says: versions have no order that we may know of, and a watch tells in
   * order. The next list would show it if that was wrong.
   */
  private take(line: unknown, position: Position): void {
    const { type, object } = line as { type?: string; object?: (T & { code?: number; message?: string }) | null };
    if (object === undefined || object === null)
      throw new SyntaxError(`a watch told of ${String(type)} without an object`);
    if (type === 'ERROR') throw errorOf(object);
    const { resourceVersion = position.resourceVersion } = object.metadata ?? {};
    // What is told again and again is no progress, nor that nothing happened.
    if (resourceVersion !== position.resourceVersion && type !== 'BOOKMARK') position.progress += 1;
    position.resourceVersion = resourceVersion;
    if (type === 'ADDED' || type === 'MODIFIED') this.put(object);
    else if (type === 'DELETED') this.remove(object);
  }

  private put(object: T): void {
    const key = keyOf(object);
    const known = this.objects.get(key);
    if (known !== undefined && versionOf(known) === versionOf(object) && uidOf(known) === uidOf(object)) return;
    // Made anew under its name, and its deletion was not seen.
    if (known !== undefined && uidOf(known) !== uidOf(object)) this.remove(known);
    this.objects.set(key, object);
    this.tell({ type: 'changed', item: object });
  }

  private remove(object: T): void {
    const key = keyOf(object);
    const known = this.objects.get(key);
    // Told already, or of one that has a successor under its name.
    if (known === undefined || uidOf(known) !== uidOf(object)) return;
    this.objects.delete(key);
    this.tell({ type: 'deleted', item: object });
  }

  private replaceAll(items: readonly T[]): void {
    this.objects.clear();
    for (const item of items) this.objects.set(keyOf(item), item);
    this.hasSynced = true;
    this.tell({ type: 'synced', items });
  }

  private tell(change: Change<T>): void {
    const failures = failuresOf(this.followers, change);
    // What is thrown here is told like every loss.
    const loss = this.options.listsAfterLoss ? failures.shift() : undefined;
    for (const failure of failures) this.options.onError(failure);
    if (loss !== undefined) throw loss as Error;
  }

  private async pause(ms: number): Promise<void> {
    const jittered = ms * (0.5 + this.options.random() / 2);
    await this.options.clock.sleep(jittered, this.closing.signal).catch(() => {});
  }

  private between([least, most]: readonly [number, number]): number {
    return least + (most - least) * this.options.random();
  }
}

/** Tells all, also where one throws; returns what was thrown. */
function failuresOf<T>(followers: Iterable<(change: Change<T>) => void>, change: Change<T>): unknown[] {
  const failures: unknown[] = [];
  for (const follower of followers) {
    try {
      follower(change);
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}

/** No byte for too long: the connection may be half open. */
class WatchSilent extends Error {
  readonly code = 'watch-silent';
  constructor(what: string) {
    super(`the watch of ${what} was silent for too long`);
  }
}

function errorOf({ code, message = '' }: { code?: number; message?: string }): Error {
  return code === 410 ? new Expired(message) : new SyntaxError(`a watch told of an error (${code}): ${message}`);
}

function isExpired(error: unknown): boolean {
  return error instanceof Expired || (error instanceof KubernetesRefusal && error.status === 410);
}

function keyOf({ metadata }: ListedObject): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

const uidOf = ({ metadata }: ListedObject): string => metadata?.uid ?? '';
const versionOf = ({ metadata }: ListedObject): string => metadata?.resourceVersion ?? '';

import { PassThrough, type Readable } from 'node:stream';
import { BackendUnavailable } from '../../../contract/errors.js';
import type { Listed, ListPage, PageQuery, WatchQuery } from '../kubernetes-api.js';
import { KubernetesRefusal } from '../kubernetes-refusal.js';
import type { ListedObject } from '../list-watch.js';

export interface Thing extends ListedObject {
  metadata: { name: string; uid: string; resourceVersion: string };
  value: number;
}

interface Logged {
  version: number;
  line: string;
}

export type Trouble =
  | 'unavailable'
  | 'gone'
  /** A page after the first is gone. */
  | 'page-gone'
  | 'silent'
  | 'ends-at-once'
  | 'bookmark-and-end'
  | 'garbage'
  | 'gone-event'
  | 'half-a-line';

/** A kind of object as an API server tells of it, on good days and on bad ones. */
export class MisbehavingList implements Listed<Thing> {
  readonly what = 'things';
  readonly lists: PageQuery[] = [];
  readonly watches: WatchQuery[] = [];
  /** What the next calls do instead of what they should. */
  readonly troubles: Trouble[] = [];
  readonly things = new Map<string, Thing>();
  private version = 100;
  private uids = 0;
  private forgottenUpTo = 0;
  private log: Logged[] = [];
  private readonly open = new Set<PassThrough>();

  put(name: string, value: number): Thing {
    const uid = this.things.get(name)?.metadata.uid ?? `uid-${(this.uids += 1)}`;
    const type = this.things.has(name) ? 'MODIFIED' : 'ADDED';
    const thing = { metadata: { name, uid, resourceVersion: String((this.version += 7)) }, value };
    this.things.set(name, thing);
    this.tell(type, thing);
    return thing;
  }

  remove(name: string): void {
    const thing = this.things.get(name);
    if (thing === undefined) return;
    this.things.delete(name);
    const metadata = { ...thing.metadata, resourceVersion: String((this.version += 7)) };
    this.tell('DELETED', { ...thing, metadata });
  }

  /** Only that a version is as good as a later one. */
  bookmark(): void {
    this.send(this.bookmarkLine());
  }

  /** Tells of what did not happen now: once more, or of long ago. */
  tellOf(type: 'ADDED' | 'MODIFIED' | 'DELETED', thing: Thing): void {
    this.send(`${JSON.stringify({ type, object: thing })}\n`);
  }

  /** Connections end in order. */
  end(): void {
    for (const stream of this.open) stream.end();
    this.open.clear();
  }

  /** Connections break, and what happened until now cannot be watched any more. */
  forget(): void {
    this.forgottenUpTo = this.version;
    this.breakOff();
  }

  breakOff(): void {
    for (const stream of this.open) stream.destroy(new TypeError('connection reset'));
    this.open.clear();
  }

  /** Everything that is sent arrives in pieces of these sizes. */
  send(text: string): void {
    for (const stream of this.open) for (const piece of text.match(/[^]{1,11}/g) ?? []) stream.write(piece);
  }

  async page(query: PageQuery): Promise<ListPage<Thing>> {
    this.lists.push(query);
    this.failPage(query);
    const all = [...this.things.values()];
    const from = Number(query.continue ?? 0);
    const items = all.slice(from, from + query.limit);
    const page = { items, resourceVersion: String(this.version) };
    return from + query.limit < all.length ? { ...page, continue: String(from + query.limit) } : page;
  }

  async watch(query: WatchQuery, signal: AbortSignal): Promise<Readable> {
    this.watches.push(query);
    const trouble = this.troubles.shift();
    if (trouble === 'unavailable') throw new BackendUnavailable('away');
    if (trouble === 'gone' || Number(query.resourceVersion) < this.forgottenUpTo)
      throw new KubernetesRefusal(410, 'Expired', 'too old', 'things');
    const stream = new PassThrough();
    signal.addEventListener('abort', () => stream.destroy(), { once: true });
    if (trouble === 'ends-at-once') stream.end();
    else if (trouble === 'bookmark-and-end')
      stream.end(this.since(Number(query.resourceVersion)) + this.bookmarkLine());
    else if (trouble === 'garbage') stream.write('<html>\n');
    else if (trouble === 'gone-event')
      stream.write('{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}\n');
    else if (trouble === 'half-a-line') {
      stream.write('{"type":"MOD');
      stream.end();
    } else if (trouble !== 'silent') this.connect(stream, Number(query.resourceVersion));
    return stream;
  }

  private connect(stream: PassThrough, version: number): void {
    this.open.add(stream);
    stream.once('close', () => this.open.delete(stream));
    stream.write(this.since(version));
  }

  private since(version: number): string {
    const later = this.log.filter((logged) => logged.version > version);
    return later.map(({ line }) => line).join('');
  }

  private tell(type: string, object: Thing): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    this.log.push({ version: this.version, line });
    this.send(line);
  }

  private bookmarkLine(): string {
    const metadata = { resourceVersion: String((this.version += 7)) };
    return `${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`;
  }

  private failPage(query: PageQuery): void {
    const [trouble] = this.troubles;
    if (trouble !== 'unavailable' && !(trouble === 'page-gone' && query.continue !== undefined)) return;
    this.troubles.shift();
    if (trouble === 'unavailable') throw new BackendUnavailable('away');
    throw new KubernetesRefusal(410, 'Expired', 'the page is gone', 'its things');
  }
}

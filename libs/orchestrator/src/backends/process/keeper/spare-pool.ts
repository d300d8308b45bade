import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Launch, SpareBounds } from './protocol.js';
import { Spare } from './spare.js';

/** How long a launch counts as demand for spares. */
const demandMs = 600_000;
/** So long after a launch, one after the other: what starts now must not wait for what may start later. */
const refillPauseMs = 250;

/**
 * What Node, the C library and the linker read when a process begins: a spare has begun already. Everything else of an environment is
 * read from it later.
 */
const readAtBirth = /^(NODE_|UV_|LD_|MALLOC_|GLIBC_)/;

/**
 * Processes that have loaded the worker host and wait to be told which worker they are. As many are kept as workers were started in
 * the last ten minutes, within the bounds. A spare becomes one worker and is never used again.
 */
export class SparePool {
  private readonly folder: string;
  private readonly spares = new Set<Spare>();
  private launchedAtMs: number[] = [];
  private host: Pick<Launch, 'file' | 'args'> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private made = 0;
  private isClosed = false;

  constructor(
    stateDir: string,
    private readonly bounds: SpareBounds,
  ) {
    this.folder = join(stateDir, 'spares');
    // Those of a dead keeper have ended with it.
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A spare that may become this worker, taken out; undefined where there is none or it may not. */
  take(launch: Launch): Spare | undefined {
    if (launch.mayUseSpare !== true || this.bounds.most === 0) return undefined;
    this.note(launch);
    if (Object.keys(launch.env).some((name) => readAtBirth.test(name))) return undefined;
    for (const spare of this.spares)
      if (spare.fits(launch)) {
        this.spares.delete(spare);
        return spare;
      }
    return undefined;
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    for (const spare of this.spares) spare.discard();
    this.spares.clear();
  }

  private note({ file, args }: Launch): void {
    this.launchedAtMs.push(performance.now());
    // Another build of the worker host: those of the old one are of no use any more.
    if (this.host?.file !== file || this.host.args[0] !== args[0]) this.discardAll();
    this.host = { file, args: args.slice(0, 1) };
    this.adjustLater(refillPauseMs);
  }

  private adjustLater(ms: number): void {
    clearTimeout(this.timer);
    if (!this.isClosed) this.timer = setTimeout(() => void this.adjust(), ms).unref();
  }

  /** One more or one less; then again, until there are as many as are wanted. */
  private async adjust(): Promise<void> {
    const wanted = this.wanted();
    if (this.spares.size > wanted) this.discardOne();
    else if (this.spares.size < wanted) await this.addOne();
    const isDone = this.spares.size === this.wanted();
    this.adjustLater(isDone ? demandMs / 10 : refillPauseMs / 5);
  }

  private wanted(): number {
    const since = performance.now() - demandMs;
    this.launchedAtMs = this.launchedAtMs.filter((atMs) => atMs > since).slice(-this.bounds.most);
    return Math.max(this.bounds.least, this.launchedAtMs.length);
  }

  private async addOne(): Promise<void> {
    if (this.host === undefined || this.isClosed) return;
    const folder = join(this.folder, String((this.made += 1)));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const spare = Spare.start(this.host, folder, () => this.spares.delete(spare));
    this.spares.add(spare);
    await spare.settled;
  }

  private discardOne(): void {
    const [oldest] = this.spares;
    if (oldest === undefined) return;
    this.spares.delete(oldest);
    oldest.discard();
  }

  private discardAll(): void {
    while (this.spares.size > 0) this.discardOne();
  }
}

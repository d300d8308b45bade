import type { Collection, CollectionDefinition, DocumentStore, StoredDocument } from '@muster/store';
import { MemoryCollection } from '@muster/testing';

interface Call {
  process: string;
  method: string;
  /** Does it and answers the caller. */
  take: () => Promise<void>;
}

const methods = ['insert', 'get', 'replace', 'remove', 'find', 'count'] as const;

/**
 * One database in memory for several processes. Every call waits until the test takes it, so that any order can be played. A
 * process that was killed hears no answer any more and calls no more.
 */
export class SteppedStore {
  readonly waiting: Call[] = [];
  private readonly killed = new Set<string>();
  private readonly kept = new Map<string, MemoryCollection<StoredDocument>>();

  /** The documents themselves, for the test to look at and change. */
  documents<T extends StoredDocument>({ name }: Pick<CollectionDefinition, 'name'>): MemoryCollection<T> {
    const known = this.kept.get(name) ?? new MemoryCollection<StoredDocument>();
    this.kept.set(name, known);
    return known as unknown as MemoryCollection<T>;
  }

  openFor(process: string): DocumentStore {
    return {
      collection: <T extends StoredDocument>(definition: CollectionDefinition) => this.seenBy<T>(process, definition),
      ready: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  /** Takes a call that waits. */
  async take(index: number): Promise<void> {
    const [call] = this.waiting.splice(index, 1);
    await call?.take();
  }

  /** Lets this process go on until it is about to do this. */
  async untilWaiting(process: string, method: string): Promise<void> {
    for (;;) {
      await turn();
      const index = this.waiting.findIndex((call) => call.process === process);
      if (index < 0) throw new TypeError(`${process} came to its end without ${method}`);
      if (this.waiting[index]?.method === method) return;
      await this.take(index);
    }
  }

  /** Lets this process go on until it has done this, but has not gone on. */
  async untilDone(process: string, method: string): Promise<void> {
    await this.untilWaiting(process, method);
    await this.take(this.waiting.findIndex((call) => call.process === process));
  }

  /** Lets this process go on until its task is done; all others wait. */
  async alone<T>(process: string, task: Promise<T>): Promise<T> {
    let isDone = false;
    const done = task.finally(() => (isDone = true));
    for (await turn(); !isDone; await turn()) {
      const index = this.waiting.findIndex((call) => call.process === process);
      if (index < 0) throw new TypeError(`${process} waits for something else than the database`);
      await this.take(index);
    }
    return done;
  }

  /** Its calls that wait are lost, or were done although nobody hears of it. */
  async kill(process: string, lastCalls: 'lost' | 'done'): Promise<void> {
    this.killed.add(process);
    for (const call of this.waiting.filter((each) => each.process === process)) {
      this.waiting.splice(this.waiting.indexOf(call), 1);
      if (lastCalls === 'done') await call.take();
    }
  }

  private seenBy<T extends StoredDocument>(process: string, definition: CollectionDefinition): Collection<T> {
    const documents = this.documents<T>(definition) as unknown as Record<
      string,
      (...args: unknown[]) => Promise<unknown>
    >;
    const wait =
      (method: string) =>
      (...args: unknown[]) =>
        this.call({ process, method }, async () => documents[method]?.(...args));
    return Object.fromEntries(methods.map((method) => [method, wait(method)])) as unknown as Collection<T>;
  }

  private call<R>({ process, method }: Omit<Call, 'take'>, run: () => Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.killed.has(process)) return;
      const take = async (): Promise<void> => {
        try {
          const answer = await run();
          if (!this.killed.has(process)) resolve(answer);
        } catch (error) {
          if (!this.killed.has(process)) reject(error as Error);
        }
      };
      this.waiting.push({ process, method, take });
    });
  }
}

/** Lets what was answered go on until it calls again. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

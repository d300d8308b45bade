import { setTimeout as pause } from 'node:timers/promises';
import type { Collection, StoredDocument } from './document-store.js';
import { RevisionConflict } from './store-errors.js';

export interface UpdateOptions {
  /** How often the document is read and written at most; 20 if absent. */
  attempts?: number;
  /** Waits before the next attempt, `attempt` counting from 1. By default a random part of a growing time, 100 ms at most. */
  wait?: (attempt: number) => Promise<void>;
}

/**
 * Reads a document, lets `change` make the new one, and writes it; reads again when another write came first.
 * `change` may run several times; answering undefined leaves the document alone. Resolves with what is kept now, or
 * undefined when there is no such document. Rejects with RevisionConflict when it lost every attempt.
 */
export async function updateDocument<T extends StoredDocument>(
  collection: Collection<T>,
  id: string,
  change: (current: T) => T | undefined,
  options: UpdateOptions = {},
): Promise<T | undefined> {
  const { attempts = 20, wait = waitWithJitter } = options;
  for (let attempt = 1; ; attempt += 1) {
    const current = await collection.get(id);
    if (current === undefined) return undefined;
    const changed = change(current);
    if (changed === undefined) return current;
    try {
      return await collection.replace({ ...changed, _id: id, rev: current.rev });
    } catch (error) {
      if (!(error instanceof RevisionConflict) || attempt >= attempts) throw error;
    }
    await wait(attempt);
  }
}

/** Writers that met once should not meet again. */
async function waitWithJitter(attempt: number): Promise<void> {
  await pause(Math.random() * Math.min(100, 2 ** attempt));
}

import { MusterError } from '@muster/client';
import { useEffect, useState } from 'preact/hooks';
import { useInstallation } from './use-installation.js';

/** What was read last, and why it could not be read anew. */
export interface Polled<T> {
  data?: T;
  error?: MusterError;
  /** When `data` was read. */
  readAtMs?: number;
  /** Reads at once, after something was changed. */
  refresh(): void;
}

interface Known<T> {
  path?: string;
  data?: T;
  error?: MusterError;
  readAtMs?: number;
}

const everyMs = 2000;

/**
 * Reads `path` again and again while the page is looked at; `undefined` reads nothing. What was read stays while the
 * installation does not answer.
 */
export function usePolled<T>(path: string | undefined): Polled<T> {
  const { client } = useInstallation();
  const [known, setKnown] = useState<Known<T>>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === undefined) return undefined;
    const leaving = new AbortController();
    void poll(leaving.signal, async () => {
      try {
        const data = await client.request<T>('GET', path, { repeatable: false, signal: leaving.signal });
        setKnown({ path, data, readAtMs: Date.now() });
      } catch (error) {
        if (leaving.signal.aborted) return;
        setKnown((before) => ({ ...(before.path === path && before), path, error: problemOf(error) }));
      }
    });
    return () => leaving.abort();
  }, [client, path, turn]);
  const refresh = (): void => setTurn((before) => before + 1);
  return known.path === path
    ? { data: known.data, error: known.error, readAtMs: known.readAtMs, refresh }
    : { refresh };
}

export function problemOf(error: unknown): MusterError {
  return error instanceof MusterError ? error : new MusterError('internal', String(error));
}

async function poll(signal: AbortSignal, read: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await whileHidden(signal);
    await read();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}

function whileHidden(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener('visibilitychange', () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

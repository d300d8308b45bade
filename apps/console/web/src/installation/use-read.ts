import type { MusterError } from '@muster/client';
import { useEffect, useState } from 'preact/hooks';
import { problemOf } from './use-polled.js';
import { useInstallation } from './use-installation.js';

export interface Read<T> {
  data?: T;
  error?: MusterError;
  /** Asks again, after it failed. */
  again(): void;
}

/** Reads `path` once: what seldom changes. `undefined` reads nothing. */
export function useRead<T>(path: string | undefined): Read<T> {
  const { client } = useInstallation();
  const [known, setKnown] = useState<{ path?: string; data?: T; error?: MusterError }>({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === undefined) return undefined;
    const leaving = new AbortController();
    client.request<T>('GET', path, { signal: leaving.signal }).then(
      (data) => setKnown({ path, data }),
      (error: unknown) => !leaving.signal.aborted && setKnown({ path, error: problemOf(error) }),
    );
    return () => leaving.abort();
  }, [client, path, turn]);
  const again = (): void => setTurn((before) => before + 1);
  return known.path === path ? { data: known.data, error: known.error, again } : { again };
}

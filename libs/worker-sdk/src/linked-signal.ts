export interface LinkedSignal {
  signal: AbortSignal;
  /** Ends the link: what listens to the signal is not kept for the others' sake any more. */
  release(): void;
}

/**
 * A signal that is aborted with any of these. Unlike that of `AbortSignal.any`, which is kept with all its listeners as long as
 * the longest living of them, it can be released.
 */
export function linkSignals(...signals: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const unlinks = signals.map((signal) => {
    const onAbort = (): void => controller.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    return () => signal.removeEventListener('abort', onAbort);
  });
  return { signal: controller.signal, release: () => unlinks.forEach((unlink) => unlink()) };
}

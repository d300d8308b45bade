/** Tells many that something changed; each then looks itself what. */
export class Changes {
  private readonly listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(): void {
    for (const listener of this.listeners) listener();
  }

  /** Resolves when it is so, true; or false, after that time or when the signal aborts. */
  async until(
    isSo: () => boolean,
    { withinMs, signal }: { withinMs?: number; signal?: AbortSignal },
  ): Promise<boolean> {
    if (isSo()) return true;
    if (signal?.aborted) return false;
    return new Promise((resolve) => {
      const end = (was: boolean): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', aborted);
        forget();
        resolve(was);
      };
      const aborted = (): void => end(false);
      const timer = withinMs === undefined ? undefined : setTimeout(aborted, Math.min(withinMs, 2 ** 31 - 1));
      const forget = this.onChange(() => isSo() && end(true));
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }
}

/** Runs a task with a signal that aborts with `gone`, or after that time with the error that `late` makes. */
export async function within<T>(
  limit: { timeoutMs: number; gone: AbortSignal; late: () => Error },
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const leave = (): void => over.abort(limit.gone.reason);
  const timer = setTimeout(() => over.abort(limit.late()), limit.timeoutMs);
  limit.gone.addEventListener('abort', leave, { once: true });
  try {
    limit.gone.throwIfAborted();
    return await task(over.signal);
  } catch (error) {
    throw over.signal.aborted ? (over.signal.reason as Error) : error;
  } finally {
    clearTimeout(timer);
    limit.gone.removeEventListener('abort', leave);
  }
}

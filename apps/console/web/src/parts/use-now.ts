import { useEffect, useState } from 'preact/hooks';

const everyMs = 1000;
const listeners = new Set<(nowMs: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** The time, told again each second. All that ask share one timer. */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    listeners.add(setNowMs);
    timer ??= setInterval(() => {
      const now = Date.now();
      for (const listener of listeners) listener(now);
    }, everyMs);
    return () => {
      listeners.delete(setNowMs);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return nowMs;
}

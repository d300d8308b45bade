import { useEffect, useState } from 'preact/hooks';

const everyMs = 100;

/** The time, told again ten times a second while something grows on the page. */
export function useFineTime(isGrowing: boolean): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    if (!isGrowing) return undefined;
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [isGrowing]);
  return nowMs;
}

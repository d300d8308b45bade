import { ago } from '@muster/wording';
import { useNow } from './use-now.js';

/** `3 min ago`, with the exact time for who asks; nothing for no time. */
export function RelativeTime({ time }: { time: string | null | undefined }) {
  const nowMs = useNow();
  if (time === null || time === undefined) return null;
  return (
    <time dateTime={time} title={new Date(time).toLocaleString()}>
      {ago(time, nowMs)}
    </time>
  );
}

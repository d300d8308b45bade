import type { MusterError, OutputLine } from '@muster/client';
import { useEffect, useState } from 'preact/hooks';
import { useInstallation } from '../installation/use-installation.js';
import { problemOf } from '../installation/use-polled.js';
import { type LogLine, withLines } from './log-lines.js';
import { useVisible } from './use-visible.js';

export interface FollowedLogs {
  lines: readonly LogLine[];
  /** The worker's output has ended. */
  isOver: boolean;
  problem?: MusterError;
}

const nothing: FollowedLogs = { lines: [], isOver: false };

export interface WriterOfLogs {
  role: string;
  incarnation: number;
  /** It has begun, and its session has not ended. */
  canBeRead: boolean;
}

/** What one incarnation of a worker writes, while the page is looked at. What it has written stays when it can be read no more. */
export function useLogs(sessionId: string, { role, incarnation, canBeRead }: WriterOfLogs): FollowedLogs {
  const { client } = useInstallation();
  const [logs, setLogs] = useState<FollowedLogs & { of?: string }>(nothing);
  const isVisible = useVisible();
  useEffect(() => {
    if (!canBeRead || !isVisible) return undefined;
    const leaving = new AbortController();
    const { signal } = leaving;
    setLogs({ ...nothing, of: role });
    let waiting: OutputLine[] = [];
    const show = (): void => {
      const added = waiting;
      waiting = [];
      if (!signal.aborted) setLogs((before) => ({ ...before, lines: withLines(before.lines, added) }));
    };
    const follow = async (): Promise<void> => {
      try {
        for await (const line of client.sessions.logs(sessionId, role, { follow: true, signal })) {
          // Lines that come together are shown together.
          if (waiting.push(line) === 1) requestAnimationFrame(show);
        }
        if (!signal.aborted) setLogs((before) => ({ ...before, isOver: true }));
      } catch (error) {
        if (!signal.aborted) setLogs((before) => ({ ...before, isOver: true, problem: problemOf(error) }));
      }
    };
    void follow();
    return () => leaving.abort();
  }, [client, sessionId, role, incarnation, canBeRead, isVisible]);
  return logs.of === role ? logs : nothing;
}

import type { SessionView, WorkerView } from '@muster/contracts';
import { bytes } from '@muster/wording';
import type { Ref } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ProblemNotice } from '../parts/problem-notice.js';
import { type LogLine, maxLogLines } from './log-lines.js';
import { type FollowedLogs, useLogs } from './use-logs.js';

export interface WorkerLogsProps {
  area: Ref<HTMLElement>;
  session: SessionView;
  workers: readonly WorkerView[];
  role: string;
  choose(role: string): void;
}

const unbegun: ReadonlySet<string> = new Set(['pending', 'placed']);

/** What a worker writes, as it writes it. */
export function WorkerLogs({ area, session, workers, role, choose }: WorkerLogsProps) {
  const [staysAtEnd, setStaysAtEnd] = useState(true);
  const worker = workers.find((each) => each.role === role);
  const isOver = session.endedAt !== null;
  const hasBegun = worker !== undefined && !unbegun.has(worker.state);
  const logs = useLogs(session.id, { role, incarnation: worker?.incarnation ?? 0, canBeRead: hasBegun && !isOver });
  return (
    <section ref={area} class="card logs" aria-labelledby="logs-title">
      <header class="card-head">
        <h2 id="logs-title">Log</h2>
        <label class="choice">
          <span class="hidden-text">Worker</span>
          <select value={role} onChange={(event) => choose(event.currentTarget.value)}>
            {workers.map((each) => (
              <option key={each.role} value={each.role}>
                {each.role}
              </option>
            ))}
          </select>
        </label>
        <label class="tick">
          <input
            type="checkbox"
            checked={staysAtEnd}
            onChange={(event) => setStaysAtEnd(event.currentTarget.checked)}
          />
          Stay at the end
        </label>
      </header>
      <Lines logs={logs} name={`Log of ${role}`} staysAtEnd={staysAtEnd} leaveEnd={() => setStaysAtEnd(false)} />
      {!isOver && logs.problem !== undefined && <ProblemNotice problem={logs.problem} />}
      <p class="hint">
        {isOver ? 'The session has ended: nothing of it is kept but what is seen here.' : whereItStands(logs, hasBegun)}
      </p>
    </section>
  );
}

function whereItStands({ lines, isOver, problem }: FollowedLogs, hasBegun: boolean): string {
  if (!hasBegun) return 'The worker has not started: nothing writes yet.';
  if (problem !== undefined) return 'Its output cannot be read.';
  if (isOver) return lines.length === 0 ? 'It wrote nothing.' : 'Its output has ended.';
  if (lines.length === 0) return 'It has written nothing yet.';
  return lines.length < maxLogLines
    ? 'Followed as it is written.'
    : `The last ${maxLogLines} lines, as they are written.`;
}

interface LinesProps {
  logs: FollowedLogs;
  name: string;
  staysAtEnd: boolean;
  leaveEnd(): void;
}

/** In pixels: so far from the end is not at it any more. */
const aLine = 24;

function Lines({ logs: { lines }, name, staysAtEnd, leaveEnd }: LinesProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (staysAtEnd && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, staysAtEnd]);
  const onScroll = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = box.current!;
    if (staysAtEnd && scrollHeight - scrollTop - clientHeight > aLine) leaveEnd();
  };
  return (
    <div class="lines" ref={box} tabIndex={0} role="log" aria-live="off" aria-label={name} onScroll={onScroll}>
      {lines.map((line) => (
        <Line key={line.number} line={line} />
      ))}
    </div>
  );
}

function Line({ line: { stream, text, droppedBytes } }: { line: LogLine }) {
  return (
    <>
      {droppedBytes !== undefined && <div class="dropped">{bytes(droppedBytes)} were dropped here</div>}
      <div class={stream}>
        {stream === 'stderr' && <abbr title="written to standard error">err</abbr>}
        {text}
      </div>
    </>
  );
}

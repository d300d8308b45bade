import type { SessionView } from '@muster/contracts';
import { useRef, useState } from 'preact/hooks';
import { ProblemNotice } from '../parts/problem-notice.js';
import { Trouble } from '../parts/trouble.js';
import { hrefOf } from '../route.js';
import '../styles/session.css';
import { EventList } from './event-list.js';
import { PanelHost } from './panel-host.js';
import { SessionHead } from './session-head.js';
import { StartTimeline } from './start-timeline.js';
import { type FollowedSession, useSession } from './use-session.js';
import { WorkerLogs } from './worker-logs.js';
import { WorkerTable } from './worker-table.js';

/** One session: how it is and why, how it started, its workers, what happens to it and what they write. */
export function SessionPage({ id }: { id: string }) {
  const followed = useSession(id);
  const { data, error } = followed.session;
  if (data !== undefined) return <KnownSession session={data} followed={followed} />;
  if (error === undefined) return <p class="waiting">Loading …</p>;
  return (
    <section class="card">
      <h1>Session {id}</h1>
      <ProblemNotice problem={error} />
      <p>
        <a href={hrefOf()}>Go to the overview</a>
      </p>
    </section>
  );
}

const isUp = ({ state }: SessionView): boolean => state === 'running' || state === 'degraded';

function KnownSession({ session, followed }: { session: SessionView; followed: FollowedSession }) {
  const { workers, news, refresh } = followed;
  const [chosen, setChosen] = useState<string>();
  // What an application shows stays to be looked at when its session has ended.
  const wasUp = useRef(false);
  wasUp.current ||= isUp(session);
  const members = workers.data?.items ?? [];
  const role = chosen ?? members[0]?.role;
  const log = useRef<HTMLElement>(null);
  const showLog = (of: string): void => {
    setChosen(of);
    // On a small screen it is far below what was pressed.
    log.current?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <>
      <Trouble reads={[followed.session, workers]} />
      <SessionHead session={session} onClosed={refresh} />
      {wasUp.current && <PanelHost type={session.type} sessionId={session.id} />}
      <div class="session-parts">
        <div class="session-column">
          <WorkerTable workers={members} role={role} choose={showLog} />
          {role !== undefined && (
            <WorkerLogs area={log} session={session} workers={members} role={role} choose={setChosen} />
          )}
        </div>
        <div class="session-column">
          <StartTimeline session={session} />
          <EventList news={news} />
        </div>
      </div>
    </>
  );
}

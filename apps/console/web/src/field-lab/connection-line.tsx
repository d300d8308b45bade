import type { ConnectionState } from '@muster/client';
import { count } from '@muster/wording';
import { ProblemNotice } from '../parts/problem-notice.js';
import type { LiveConnection } from './use-connection.js';

const texts: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting …',
  open: 'Connected',
  away: 'Connection lost, coming back …',
  closed: 'Not connected',
};

/** How the line to the session is. */
export function ConnectionLine({ state, lost }: LiveConnection) {
  return (
    <span class={`connection ${state}`} role="status">
      {texts[state]}
      {lost > 0 && <small> {count(lost, 'message')} could not be kept</small>}
    </span>
  );
}

/** Why there is no connection any more, and the way back to one. */
export function ConnectionEnd({ live, connectAgain }: { live: LiveConnection; connectAgain(): void }) {
  if (live.state !== 'closed' || live.problem === undefined) return null;
  if (live.problem.code === 'session-ended')
    return <p class="hint">The session has ended: nothing more is computed.</p>;
  return (
    <>
      <ProblemNotice problem={live.problem} />
      <p class="actions">
        <button onClick={connectAgain}>Connect again</button>
      </p>
    </>
  );
}

import type { SessionView } from '@muster/contracts';
import { expected } from '@muster/wording';
import type { ComponentChildren } from 'preact';
import { useInstallation } from '../installation/use-installation.js';
import { RelativeTime } from '../parts/relative-time.js';
import { StateBadge } from '../parts/state-badge.js';
import { hrefOf } from '../route.js';
import { CloseSession } from './close-session.js';

/** What the session is, how it is, and why. */
export function SessionHead({ session, onClosed }: { session: SessionView; onClosed(): void }) {
  const { user } = useInstallation();
  const { id, type, project, owner, state, reason, createdAt, startedAt } = session;
  return (
    <section class="card session-head" aria-labelledby="session-title">
      <div class="title">
        <h1 id="session-title">{project ?? type}</h1>
        <span aria-live="polite">
          <StateBadge state={state} />
        </span>
        <CloseSession session={session} onClosed={onClosed} />
      </div>
      {reason !== undefined && <p class={state === 'failed' ? 'why bad' : 'why'}>{reason}</p>}
      <Waiting session={session} />
      <Ended session={session} />
      <dl class="session-facts">
        <Fact name="Type">{type}</Fact>
        <Fact name="Id">
          <code>{id}</code>
        </Fact>
        <Fact name="Owner">{owner === user.id ? 'you' : <code>{owner}</code>}</Fact>
        <Fact name="Asked for">
          <RelativeTime time={createdAt} />
        </Fact>
        {startedAt !== null && (
          <Fact name="Started">
            <RelativeTime time={startedAt} />
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Waiting({ session: { queue } }: { session: SessionView }) {
  if (queue === undefined) return null;
  return (
    <div class="notice waits" role="status">
      <strong>
        Place {queue.place} in the queue, {expected(queue.estimatedStartMs)}
      </strong>
      <span>{queue.explanation}</span>
    </div>
  );
}

function Ended({ session: { endedAt, type } }: { session: SessionView }) {
  if (endedAt === null) return null;
  return (
    <div class="notice ended">
      <strong>
        This session ended <RelativeTime time={endedAt} />.
      </strong>{' '}
      <a href={hrefOf('open', type)}>Open another one of this type</a>
    </div>
  );
}

import type { ComponentChildren } from 'preact';
import type { SessionView } from '@muster/contracts';
import { ago, expected } from '@muster/wording';
import { useInstallation } from '../installation/use-installation.js';
import { StateBadge } from '../parts/state-badge.js';
import { hrefOf } from '../route.js';
import { CloseSession } from './close-session.js';
import { useNow } from './use-now.js';

export const hasEnded = ({ state }: SessionView): boolean => state === 'closed' || state === 'failed';

/** What the session is, how it is, and why. */
export function SessionHead({ session, onClosed }: { session: SessionView; onClosed(): void }) {
  const now = useNow(1000);
  const { user } = useInstallation();
  const { id, type, project, owner, state, reason, createdAt, startedAt, endedAt, queue } = session;
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
      {queue !== undefined && (
        <div class="notice waits" role="status">
          <strong>
            Place {queue.place} in the queue, {expected(queue.estimatedStartMs)}
          </strong>
          {queue.explanation !== undefined && <span>{queue.explanation}</span>}
        </div>
      )}
      {hasEnded(session) && (
        <div class="notice" role="status">
          <strong>This session has ended {ago(endedAt, now)}.</strong>{' '}
          <a href={hrefOf('open', type)}>Open another one of this type</a>
        </div>
      )}
      <dl class="facts">
        <Fact name="Type">{type}</Fact>
        <Fact name="Id">
          <code>{id}</code>
        </Fact>
        <Fact name="Owner">{owner === user.id ? 'you' : <code>{owner}</code>}</Fact>
        <Fact name="Asked for">
          <time dateTime={createdAt} title={new Date(createdAt).toLocaleString()}>
            {ago(createdAt, now)}
          </time>
        </Fact>
        {startedAt !== null && (
          <Fact name="Started">
            <time dateTime={startedAt} title={new Date(startedAt).toLocaleString()}>
              {ago(startedAt, now)}
            </time>
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

import type { SessionView } from '@muster/contracts';
import { useInstallation } from '../installation/use-installation.js';
import type { NameOf } from '../installation/use-names.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { EmptyState } from '../parts/empty-state.js';
import { RelativeTime } from '../parts/relative-time.js';
import { StateBadge } from '../parts/state-badge.js';
import { hrefOf } from '../route.js';
import { SessionFilters } from './session-filters.js';
import { ownFirst, since, why, workersInWords } from './session-words.js';
import { type SessionPages, usualFilter } from './use-session-pages.js';

export function SessionList({ pages, nameOf }: { pages: SessionPages; nameOf: NameOf }) {
  const installation = useInstallation();
  const { page, isStale } = pages;
  return (
    <section class="card sessions" aria-labelledby="sessions">
      <div class="panel-head">
        <h2 id="sessions">Sessions</h2>
        <SessionFilters pages={pages} />
      </div>
      {page === undefined && <p class="waiting">Loading …</p>}
      {page !== undefined && page.items.length > 0 && (
        <DataTable
          caption="Sessions, yours first"
          columns={columnsFor(nameOf, installation.may('sessions:read-all'))}
          rows={ownFirst(page.items, installation.user.id)}
          keyOf={({ id }) => id}
          isStale={isStale}
        />
      )}
      {page !== undefined && page.items.length === 0 && <NoSessions pages={pages} />}
      <Turning pages={pages} />
    </section>
  );
}

const columnsFor = (nameOf: NameOf, seesOthers: boolean): readonly Column<SessionView>[] => [
  { title: 'Session', cell: (session) => <Name session={session} /> },
  { title: 'State', cell: (session) => <State session={session} />, isWide: true },
  ...(seesOthers ? [{ title: 'Owner', cell: ({ owner }: SessionView) => <Owner name={nameOf(owner)} /> }] : []),
  { title: 'Workers', cell: workersCell, isBrief: true },
  { title: 'Since', cell: (session) => <Since session={session} />, isBrief: true },
];

function Name({ session: { id, type, project } }: { session: SessionView }) {
  return (
    <a class="session-name" href={hrefOf('sessions', id)}>
      <strong>{type}</strong>
      {project !== null && <span class="project">{project}</span>}
      <code class="quiet">{id}</code>
    </a>
  );
}

function State({ session }: { session: SessionView }) {
  const reason = why(session);
  return (
    <>
      <StateBadge state={session.state} />
      {reason !== '' && <p class="why">{reason}</p>}
    </>
  );
}

function Owner({ name }: { name: string }) {
  return name === 'you' ? <strong>you</strong> : <>{name}</>;
}

function workersCell(session: SessionView) {
  const workers = workersInWords(session);
  if (workers === undefined) return null;
  return (
    <>
      {workers.text}
      {workers.others.length > 0 && <p class="why">{workers.others.join(', ')}</p>}
    </>
  );
}

function Since({ session }: { session: SessionView }) {
  const { what, at } = since(session);
  return (
    <>
      <span class="quiet">{what}</span> <RelativeTime time={at} />
    </>
  );
}

function NoSessions({ pages: { filter, choose } }: { pages: SessionPages }) {
  const installation = useInstallation();
  const isUsual = filter.show === 'live' && filter.type === '' && !filter.isMine;
  if (!isUsual)
    return (
      <EmptyState title="No session fits">
        <button onClick={() => choose(usualFilter)}>Show all live sessions</button>
      </EmptyState>
    );
  return (
    <EmptyState title="No session is open">
      {installation.may('sessions:write') ? (
        <a class="button primary" href={hrefOf('open')}>
          Open a session
        </a>
      ) : (
        'Those that have ended are under Show.'
      )}
    </EmptyState>
  );
}

/** Buttons that cannot be used stay, so that the focus has a place. */
function Turning({ pages: { older, newer } }: { pages: SessionPages }) {
  if (older === undefined && newer === undefined) return null;
  return (
    <p class="actions end">
      <button aria-disabled={newer === undefined} onClick={() => newer?.()}>
        Newer
      </button>
      <button aria-disabled={older === undefined} onClick={() => older?.()}>
        Older
      </button>
    </p>
  );
}

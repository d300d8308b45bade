import type { SessionTypePage, SessionTypeView } from '@muster/contracts';
import { useInstallation } from '../installation/use-installation.js';
import { useRead } from '../installation/use-read.js';
import { EmptyState } from '../parts/empty-state.js';
import { ProblemNotice } from '../parts/problem-notice.js';
import { hrefOf } from '../route.js';

/** What can be opened here. */
export function TypeList() {
  const installation = useInstallation();
  const mayRead = installation.may('catalogue:read');
  const { data, error, again } = useRead<SessionTypePage>(mayRead ? '/v1/session-types?limit=200' : undefined);
  if (!mayRead) return <EmptyState title="You may not read the catalogue">An administrator can allow it.</EmptyState>;
  if (error !== undefined)
    return (
      <>
        <ProblemNotice problem={error} />
        <p class="actions">
          <button onClick={again}>Try again</button>
        </p>
      </>
    );
  if (data === undefined) return <p class="waiting">Loading …</p>;
  if (data.items.length === 0)
    return (
      <EmptyState title="The catalogue has no session type">
        Put one into the catalogue folder, or make one over the <a href="/docs">API</a>.
      </EmptyState>
    );
  return (
    <ul class="types">
      {data.items.map((type) => (
        <TypeCard key={type.name} type={type} />
      ))}
    </ul>
  );
}

function TypeCard({ type: { name, title, description, roles } }: { type: SessionTypeView }) {
  return (
    <li class="card">
      <h2>
        <a href={hrefOf('open', name)}>{title ?? name}</a>
      </h2>
      {title !== undefined && <code class="quiet">{name}</code>}
      {description !== undefined && <p>{description}</p>}
      <p class="quiet small">Workers: {Object.keys(roles).join(', ')}</p>
    </li>
  );
}

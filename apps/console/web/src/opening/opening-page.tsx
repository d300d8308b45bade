import type { SessionTypeView } from '@muster/contracts';
import { useInstallation } from '../installation/use-installation.js';
import { useRead } from '../installation/use-read.js';
import { ProblemNotice } from '../parts/problem-notice.js';
import { hrefOf } from '../route.js';
import { OpeningForm } from './opening-form.js';
import './opening.css';
import { RolesPanel } from './roles-panel.js';
import { TypeList } from './type-list.js';
import { WherePanel } from './where-panel.js';

/** What can be opened; with a type what it wants to know, and where it would go. */
export function OpeningPage({ type }: { type: string | undefined }) {
  if (type !== undefined) return <OneType name={type} />;
  return (
    <>
      <h1>Open a session</h1>
      <TypeList />
    </>
  );
}

function OneType({ name }: { name: string }) {
  const { data: type, error, again } = useRead<SessionTypeView>(`/v1/session-types/${encodeURIComponent(name)}`);
  return (
    <>
      <div class="opening-head">
        <p class="crumb small">
          <a href={hrefOf('open')}>All session types</a>
        </p>
        <h1>{type?.title ?? name}</h1>
        {type?.description !== undefined && <p class="lead">{type.description}</p>}
      </div>
      {error !== undefined && (
        <div>
          <ProblemNotice problem={error} />
          <p class="actions">
            <button onClick={again}>Try again</button>
          </p>
        </div>
      )}
      {type !== undefined && <Opening type={type} />}
    </>
  );
}

function Opening({ type }: { type: SessionTypeView }) {
  const installation = useInstallation();
  return (
    <div class="opening">
      {installation.may('sessions:write') ? (
        <OpeningForm type={type} />
      ) : (
        <p class="card">You may look at this, but not open sessions. An administrator can allow it.</p>
      )}
      <div class="beside">
        <RolesPanel roles={type.roles} />
        {installation.may('placements:explain') && <WherePanel type={type} />}
      </div>
    </div>
  );
}

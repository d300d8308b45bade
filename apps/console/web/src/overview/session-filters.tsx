import { sessionStates } from '@muster/contracts/wire';
import type { SessionTypePage } from '@muster/contracts';
import { useInstallation } from '../installation/use-installation.js';
import { useRead } from '../installation/use-read.js';
import type { SessionFilter, SessionPages } from './use-session-pages.js';

export function SessionFilters({ pages: { filter, choose } }: { pages: SessionPages }) {
  const installation = useInstallation();
  const mayRead = installation.may('catalogue:read');
  const types = useRead<SessionTypePage>(mayRead ? '/v1/session-types?limit=200' : undefined).data?.items ?? [];
  return (
    <div class="filters">
      <label>
        Show
        <select
          value={filter.show}
          onChange={({ currentTarget }) => choose({ show: currentTarget.value as SessionFilter['show'] })}
        >
          <option value="live">live</option>
          <option value="all">all, also ended</option>
          <optgroup label="Only">
            {sessionStates.map((state) => (
              <option key={state} value={state}>
                {state}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      {types.length > 1 && (
        <label>
          Type
          <select value={filter.type} onChange={({ currentTarget }) => choose({ type: currentTarget.value })}>
            <option value="">every type</option>
            {types.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {installation.may('sessions:read-all') && (
        <label class="check">
          <input
            type="checkbox"
            checked={filter.isMine}
            onChange={({ currentTarget }) => choose({ isMine: currentTarget.checked })}
          />
          Only mine
        </label>
      )}
    </div>
  );
}

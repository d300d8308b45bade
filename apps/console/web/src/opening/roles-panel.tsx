import type { RoleSpec, SessionTypeView } from '@muster/contracts';

/** Which workers make a session of this type. */
export function RolesPanel({ roles }: Pick<SessionTypeView, 'roles'>) {
  return (
    <section class="card" aria-labelledby="roles">
      <h2 id="roles">Workers</h2>
      <ul class="roles">
        {Object.entries(roles).map(([role, spec]) => (
          <li key={role}>
            <strong>{role}</strong> <span class="quiet">{spec.worker}</span>
            {noteOf(spec) !== '' && <p class="why">{noteOf(spec)}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function noteOf({ mandatory = true, near = [], apart = [] }: RoleSpec): string {
  return [
    mandatory ? '' : 'The session runs without it too',
    near.length === 0 ? '' : `on the same node as ${near.join(', ')}`,
    apart.length === 0 ? '' : `never on the same node as ${apart.join(', ')}`,
  ]
    .filter((part) => part !== '')
    .join('; ');
}

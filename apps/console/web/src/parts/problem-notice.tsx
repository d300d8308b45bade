import type { MusterError } from '@muster/client';

/** What was refused, member by member where it says so. */
export function ProblemNotice({ problem }: { problem: MusterError }) {
  return (
    <div class="notice bad" role="alert">
      <strong>{problem.detail}</strong>
      {problem.errors !== undefined && problem.errors.length > 0 && (
        <ul>
          {problem.errors.map(({ member, reason }) => (
            <li key={member}>
              <code>{member}</code> {reason}
            </li>
          ))}
        </ul>
      )}
      <small>{problem.code}</small>
    </div>
  );
}

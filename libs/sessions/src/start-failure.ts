/** Why sessions fail before they run: what a reason begins with, before its colon. */
export const startFailures = ['deadline', 'never-placeable', 'project-open', 'start-timeout', 'worker-failed'] as const;

export type StartFailure = (typeof startFailures)[number] | 'other';

/** The code in a reason that was written for people. */
export function startFailureOf(reason: string | null): StartFailure {
  return startFailures.find((code) => reason?.startsWith(`${code}:`)) ?? 'other';
}

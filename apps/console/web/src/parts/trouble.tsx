import type { MusterError } from '@muster/client';
import { ProblemNotice } from './problem-notice.js';

interface Read {
  data?: unknown;
  error?: MusterError;
  readAtMs?: number;
}

/** Why what is shown is not of now, and since when it is old; each cause once, however many readings it spoils. */
export function Trouble({ reads }: { reads: readonly Read[] }) {
  const failed = reads.filter(({ error }) => error !== undefined);
  const causes = new Map(failed.map(({ error }) => [error!.code, error!]));
  const oldest = Math.min(...failed.flatMap(({ readAtMs }) => readAtMs ?? []));
  if (causes.size === 0) return null;
  return (
    <div class="trouble">
      {[...causes.values()].map((problem) => (
        <ProblemNotice key={problem.code} problem={problem} />
      ))}
      <p class="hint">
        {Number.isFinite(oldest) && <>What you see is of {new Date(oldest).toLocaleTimeString()}. </>}
        The page goes on asking every few seconds.
      </p>
    </div>
  );
}

import type { MusterClient } from '@muster/client';
import type { SessionView } from '@muster/contracts/wire';
import { type Context, untilInterrupted } from '../context.js';
import { exitWith } from '../exit-codes.js';
import { newsText } from './news-text.js';
import { rolesText } from './session-text.js';
import { timelineText } from './timeline.js';

const ended: ReadonlySet<string> = new Set(['closed', 'failed']);
const started: ReadonlySet<string> = new Set(['running', 'degraded']);

/** Shows what happens to a session until it runs or has ended; answers the exit status. Ctrl-C leaves it as it is. */
export async function watchStart(context: Context, client: MusterClient, session: SessionView): Promise<number> {
  const { output } = context;
  const wasInterrupted = await untilInterrupted(context, async (signal) => {
    try {
      for await (const news of client.sessions.events(session.id, { signal })) {
        output.event(news, () => newsText(news, session.createdAt, output.paint));
        if (news.kind === 'state' && (started.has(news.state ?? '') || ended.has(news.state ?? ''))) break;
      }
      return false;
    } catch (error) {
      if (signal.aborted) return true;
      throw error;
    }
  });
  if (wasInterrupted) {
    output.hint(
      `the session goes on; \`muster show ${session.id}\` looks at it, \`muster close ${session.id}\` ends it`,
    );
    return exitWith('interrupted');
  }
  const now = await client.sessions.get(session.id);
  output.event({ kind: 'session', session: now }, () => endOfWatch(now, context));
  return ended.has(now.state) ? exitWith('sessionEnded') : exitWith('done');
}

function endOfWatch(session: SessionView, { output: { paint } }: Context): string {
  const parts = [rolesText(session, paint), timelineText(session.timeline, paint)].filter((part) => part !== '');
  return `\n${parts.join('\n')}`.trimEnd();
}

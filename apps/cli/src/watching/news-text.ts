import type { SessionNews } from '@muster/contracts/wire';
import { oneLine, type Paint } from '../output/paint.js';
import { duration } from '@muster/wording';
import { queueText } from './session-text.js';

/** One line about what happened to a session, with the time since it was asked for. */
export function newsText(news: SessionNews, createdAt: string, paint: Paint): string {
  const since = 'at' in news ? duration(Date.parse(news.at) - Date.parse(createdAt)) : '';
  return `${paint.quiet(since.padStart(8))}  ${what(news, paint)}`;
}

function what(news: SessionNews, paint: Paint): string {
  if (news.kind === 'queue') return `${paint.busy('waiting')}  ${queueText(news.queue)}`;
  if (news.kind === 'missed') return paint.warning(`events ${news.firstId} to ${news.lastId} are no longer kept`);
  const done = news.done === undefined ? '' : ` (${Math.round(news.done * 100)} %)`;
  return `${subjectOf(news, paint)}  ${withReason(oneLine(news.text), done, news.reason)}`;
}

/** A text may have the first line of its reason already. */
function withReason(text: string, done: string, reason: string | undefined): string {
  if (reason === undefined) return `${text}${done}`;
  const [first = '', ...more] = reason.split('\n');
  const rest = oneLine(more.join('\n'));
  const told = text.includes(oneLine(first)) ? `${text}${done}` : `${text}${done}: ${oneLine(first)}`;
  return rest === '' || text.includes(rest) ? told : `${told} ${rest}`;
}

function subjectOf(news: Exclude<SessionNews, { kind: 'queue' | 'missed' }>, paint: Paint): string {
  if (news.kind === 'warning') return paint.warning('warning');
  const state = news.worker?.state ?? news.state;
  const stateText = state === undefined ? '' : paint.state(state);
  return news.role === undefined ? stateText : `${paint.title(news.role)} ${stateText}`.trimEnd();
}

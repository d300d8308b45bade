import { currentTrace, parseTraceparent, unrecordedTrace, type SpanStart, type TraceContext } from '@muster/platform';
import type { SessionDocument } from './session-document.js';

/** The trace of the request that made the session: all that is done for it belongs there, whoever does it and whenever. */
export function traceOf({ trace }: Pick<SessionDocument, 'trace'>): TraceContext {
  return parseTraceparent(trace) ?? unrecordedTrace();
}

/** A span of the session: below what is being done now where that is of its trace, else below the request that made it. */
export function sessionSpan(
  session: Pick<SessionDocument, '_id' | 'epoch' | 'trace'>,
  { name, ...rest }: Omit<SpanStart, 'parent'>,
): SpanStart {
  const [own, now] = [traceOf(session), currentTrace()];
  return {
    name: `session ${name}`,
    ...rest,
    parent: now?.traceId === own.traceId ? now : own,
    attributes: { 'muster.session': session._id, 'muster.epoch': session.epoch, ...rest.attributes },
  };
}

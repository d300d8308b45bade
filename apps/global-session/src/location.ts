import type { SessionView } from '@muster/contracts';

export interface LocationReply {
  header(name: string, value: string): unknown;
}

/** The answer of a create says where the session is. */
export function withLocation(reply: LocationReply, session: SessionView): SessionView {
  reply.header('location', `/v1/sessions/${session.id}`);
  return session;
}

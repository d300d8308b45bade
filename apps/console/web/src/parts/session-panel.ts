import type { MusterClient } from '@muster/client';

/** What the page of a running session gives to the panel of the application that the session is of. */
export interface SessionPanelProps {
  sessionId: string;
  client: MusterClient;
}

import type { RunningHost } from '@muster/hosting';
import type { CommonSettings } from '@muster/platform';
import { GlobalSession } from '@muster/sessions';

/** Beyond the workers' grace: for the sessions' last writes. */
const lastWritesMs = 1500;

/**
 * A standalone that stops is an installation that stops: its sessions are closed first, while every service that they need still
 * runs. (A service that stops alone hands its work over instead.)
 */
export function closeSessionsFirst({ host, app }: RunningHost): void {
  const settings: CommonSettings = host.runtime.settings;
  host.runtime.lifecycle.add({
    name: 'all sessions',
    start: () => Promise.resolve(),
    stop: async () => {
      const live = await app.nest.get(GlobalSession).stopSystem(settings.MUSTER_STOP_GRACE_MS + lastWritesMs);
      if (live > 0)
        host.runtime.logger.warn({ live }, 'sessions did not end in time; their workers are ended by force');
    },
  });
}

import { booleanSetting, integerSetting, type CommonSettings, type SettingsOf } from '@muster/platform';
import type { HoldingSettings } from '@muster/sessions';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Settings of the session service alone. */
export const sessionSettings = {
  MUSTER_SESSION_CAPACITY: integerSetting('Sessions that one session service holds at most', 100, {
    min: 1,
    max: 10_000,
  }),
  MUSTER_PROVISIONED: booleanSetting('Set by the global directory on the session services that it started', false),
  MUSTER_RESERVATION_MS: integerSetting('How long a node keeps hardware for a worker that has not started', 20_000, {
    min: 1000,
    max: 10 * minuteMs,
  }),
  MUSTER_WORKER_TOKEN_MS: integerSetting('Life of a worker token; workers refresh it', 15 * minuteMs, {
    min: minuteMs,
    max: dayMs,
  }),
  MUSTER_TICKET_MS: integerSetting('A ticket that is not used by then is void', 30_000, {
    min: 1000,
    max: 10 * minuteMs,
  }),
  MUSTER_CLIENT_RESUME_MS: integerSetting('How long a client may stay away and still resume', 5 * minuteMs, {
    min: 1000,
    max: dayMs,
  }),
  MUSTER_IDLE_WARNING_MS: integerSetting(
    'How long before an idle or old session is closed its user is warned',
    minuteMs,
    { max: dayMs },
  ),
  MUSTER_MAX_BUSY_MS: integerSetting('A worker may call itself busy for at most so long at a time', 60 * minuteMs, {
    min: 1000,
    max: dayMs,
  }),
  MUSTER_NODE_FORGOTTEN_MS: integerSetting(
    'A node that does not answer and that the global directory does not know counts as gone after so long',
    2 * minuteMs,
    {
      min: 1000,
      max: dayMs,
    },
  ),
} as const;

export type SessionSettings = CommonSettings & SettingsOf<typeof sessionSettings>;

export function holdingSettings(settings: SessionSettings): HoldingSettings {
  return {
    capacity: settings.MUSTER_SESSION_CAPACITY,
    provisioned: settings.MUSTER_PROVISIONED,
    limits: {
      stopGraceMs: settings.MUSTER_STOP_GRACE_MS,
      warnBeforeMs: settings.MUSTER_IDLE_WARNING_MS,
      unknownNodeMs: settings.MUSTER_NODE_FORGOTTEN_MS,
      disconnectGraceMs: settings.MUSTER_CLIENT_RESUME_MS,
      maxRestartPauseMs: minuteMs,
    },
    reservationMs: settings.MUSTER_RESERVATION_MS,
    workerTokenMs: settings.MUSTER_WORKER_TOKEN_MS,
    heartbeatMs: 5000,
    reconcileMs: 5000,
    stopSlackMs: 1000,
    tickets: {
      ticketMs: settings.MUSTER_TICKET_MS,
      clientResumeMs: settings.MUSTER_CLIENT_RESUME_MS,
      maxTickets: 100,
      maxClients: 1000,
    },
    door: { maxBusyMs: settings.MUSTER_MAX_BUSY_MS, progressEveryMs: 1000 },
  };
}

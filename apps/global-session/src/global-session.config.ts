import { integerSetting, textSetting, type CommonSettings, type Setting, type SettingsOf } from '@muster/platform';
import { defaultAdmissionSettings, type AdmissionSettings, type UserLimits } from '@muster/sessions';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const defaults = defaultAdmissionSettings;

function limit(role: string, what: string): Setting<number> {
  return integerSetting(`${what} that one user of the role ${role} may have at once; 0 = no limit`, 0);
}

/** Settings of global session alone. */
export const globalSessionSettings = {
  MUSTER_CATALOGUE: textSetting('Folder with the files of session and worker types', './catalogue'),
  MUSTER_SERVICE_LEASE_MS: integerSetting(
    'A session service or relay that does not renew its lease for so long counts as gone',
    defaults.leaseMs,
    { min: 1000, max: 10 * minuteMs },
  ),
  MUSTER_GRANT_CONFIRM_MS: integerSetting(
    'A session that its session service has not confirmed by then is granted anew',
    defaults.grantConfirmMs,
    { min: 100, max: 10 * minuteMs },
  ),
  MUSTER_QUEUE_LIMIT: integerSetting('Sessions that may wait at once', defaults.queueLimit, { min: 1, max: 100_000 }),
  MUSTER_QUEUE_RETRY_MS: integerSetting(
    'Pause before a session that found no room is tried again',
    defaults.retryPauseMs,
    { min: 10, max: 10 * minuteMs },
  ),
  MUSTER_RECONCILE_MS: integerSetting(
    'How often project locks and ledgers are compared with the sessions',
    defaults.reconcilePeriodMs,
    { min: 100, max: dayMs },
  ),
  MUSTER_IDLE_SERVICE_MS: integerSetting(
    'A further session service that holds nothing for so long is stopped',
    defaults.provisioning.idleMs,
    { min: 1000, max: dayMs },
  ),
  MUSTER_EVENT_HEARTBEAT_MS: integerSetting('Longest silence on an event stream', 10_000, {
    min: 100,
    max: 10 * minuteMs,
  }),
  MUSTER_LIMIT_USER_SESSIONS: limit('user', 'Sessions'),
  MUSTER_LIMIT_USER_CPU_MILLIS: limit('user', 'Thousandths of a core'),
  MUSTER_LIMIT_USER_MEMORY_BYTES: limit('user', 'Bytes of memory'),
  MUSTER_LIMIT_USER_GPUS: limit('user', 'GPUs'),
  MUSTER_LIMIT_OPERATOR_SESSIONS: limit('operator', 'Sessions'),
  MUSTER_LIMIT_OPERATOR_CPU_MILLIS: limit('operator', 'Thousandths of a core'),
  MUSTER_LIMIT_OPERATOR_MEMORY_BYTES: limit('operator', 'Bytes of memory'),
  MUSTER_LIMIT_OPERATOR_GPUS: limit('operator', 'GPUs'),
  MUSTER_LIMIT_ADMIN_SESSIONS: limit('admin', 'Sessions'),
  MUSTER_LIMIT_ADMIN_CPU_MILLIS: limit('admin', 'Thousandths of a core'),
  MUSTER_LIMIT_ADMIN_MEMORY_BYTES: limit('admin', 'Bytes of memory'),
  MUSTER_LIMIT_ADMIN_GPUS: limit('admin', 'GPUs'),
} as const;

export type GlobalSessionSettings = CommonSettings & SettingsOf<typeof globalSessionSettings>;

export function admissionSettings(settings: GlobalSessionSettings): AdmissionSettings {
  return {
    ...defaults,
    leaseMs: settings.MUSTER_SERVICE_LEASE_MS,
    grantConfirmMs: settings.MUSTER_GRANT_CONFIRM_MS,
    queueLimit: settings.MUSTER_QUEUE_LIMIT,
    retryPauseMs: settings.MUSTER_QUEUE_RETRY_MS,
    reconcilePeriodMs: settings.MUSTER_RECONCILE_MS,
    planTimeoutMs: settings.MUSTER_CALL_TIMEOUT_MS,
    provisioning: { ...defaults.provisioning, idleMs: settings.MUSTER_IDLE_SERVICE_MS },
    limits: {
      user: limitsOf(settings, 'USER'),
      operator: limitsOf(settings, 'OPERATOR'),
      admin: limitsOf(settings, 'ADMIN'),
    },
  };
}

function limitsOf(settings: GlobalSessionSettings, role: 'USER' | 'OPERATOR' | 'ADMIN'): UserLimits {
  return {
    sessions: settings[`MUSTER_LIMIT_${role}_SESSIONS`] || null,
    cpuMillis: settings[`MUSTER_LIMIT_${role}_CPU_MILLIS`] || null,
    memoryBytes: settings[`MUSTER_LIMIT_${role}_MEMORY_BYTES`] || null,
    gpus: settings[`MUSTER_LIMIT_${role}_GPUS`] || null,
  };
}

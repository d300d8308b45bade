import { integerSetting, type SettingsOf } from '@muster/platform';
import { defaultRelaySettings as defaults, type RelaySettings } from '@muster/relaying';

const day = 86_400_000;

export const relaySettings = {
  MUSTER_RELAY_MAX_SOCKETS: integerSetting('Most WebSockets of clients at once', defaults.maxSockets, {
    min: 1,
    max: 1_000_000,
  }),
  MUSTER_RELAY_MAX_WAITING_SOCKETS: integerSetting(
    'Most WebSockets that were not welcomed yet',
    defaults.maxWaitingSockets,
    { min: 1, max: 100_000 },
  ),
  MUSTER_RELAY_HELLO_TIMEOUT_MS: integerSetting('A client must say hello within this', defaults.helloTimeoutMs, {
    min: 100,
    max: 120_000,
  }),
  MUSTER_RELAY_OPEN_TIMEOUT_MS: integerSetting(
    'The ticket must be redeemed and the routes known within this',
    defaults.openTimeoutMs,
    { min: 100, max: 120_000 },
  ),
  MUSTER_RELAY_HEARTBEAT_MS: integerSetting(
    'Period of pings to clients and workers; a silent period ends the connection',
    defaults.heartbeatMs,
    { min: 100, max: 600_000 },
  ),
  MUSTER_RELAY_MAX_FRAME_BYTES: integerSetting('Largest frame', defaults.maxFrameBytes, {
    min: 1024,
    max: 268_435_456,
  }),
  MUSTER_RELAY_WINDOW_BYTES: integerSetting(
    'Most bytes under way per client and role, each way',
    defaults.windowBytes,
    { min: 1024, max: 268_435_456 },
  ),
  MUSTER_RELAY_SLOW_CLIENT_BYTES: integerSetting(
    'A client with more than this waiting for it is slow',
    defaults.slowClientBytes,
    { min: 1024, max: 268_435_456 },
  ),
  MUSTER_RELAY_SLOW_CLIENT_MS: integerSetting(
    'A client that is slow for so long is closed (1013)',
    defaults.slowClientMs,
    { min: 100, max: 600_000 },
  ),
  MUSTER_RELAY_MAX_CLIENT_BYTES: integerSetting(
    'A client with more than this waiting for it is closed at once (1013)',
    defaults.maxClientBytes,
    { min: 1024, max: 1_073_741_824 },
  ),
  MUSTER_RELAY_CLIENT_RESUME_MS: integerSetting(
    'How long a client whose connection was lost is remembered',
    defaults.clientResumeMs,
    { max: day },
  ),
  MUSTER_RELAY_LINGER_MS: integerSetting('A session without clients is left after this', defaults.lingerMs, {
    max: day,
  }),
  MUSTER_RELAY_ACTIVITY_MS: integerSetting(
    'How often holders hear of the clients of their sessions',
    defaults.activityMs,
    { min: 100, max: 600_000 },
  ),
  MUSTER_RELAY_ROUTES_SILENT_MS: integerSetting(
    'A holder that is silent for so long is looked up again',
    defaults.routesSilentMs,
    { min: 1000, max: 600_000 },
  ),
  MUSTER_RELAY_EXECUTE_TIMEOUT_MS: integerSetting(
    'Longest answer time of a worker without the SDK',
    defaults.executeTimeoutMs,
    { min: 100, max: 290_000 },
  ),
} as const;

export function relaySettingsOf(settings: SettingsOf<typeof relaySettings>): RelaySettings {
  return {
    ...defaults,
    maxSockets: settings.MUSTER_RELAY_MAX_SOCKETS,
    maxWaitingSockets: settings.MUSTER_RELAY_MAX_WAITING_SOCKETS,
    helloTimeoutMs: settings.MUSTER_RELAY_HELLO_TIMEOUT_MS,
    openTimeoutMs: settings.MUSTER_RELAY_OPEN_TIMEOUT_MS,
    heartbeatMs: settings.MUSTER_RELAY_HEARTBEAT_MS,
    maxFrameBytes: settings.MUSTER_RELAY_MAX_FRAME_BYTES,
    windowBytes: settings.MUSTER_RELAY_WINDOW_BYTES,
    slowClientBytes: settings.MUSTER_RELAY_SLOW_CLIENT_BYTES,
    slowClientMs: settings.MUSTER_RELAY_SLOW_CLIENT_MS,
    maxClientBytes: settings.MUSTER_RELAY_MAX_CLIENT_BYTES,
    clientResumeMs: settings.MUSTER_RELAY_CLIENT_RESUME_MS,
    lingerMs: settings.MUSTER_RELAY_LINGER_MS,
    activityMs: settings.MUSTER_RELAY_ACTIVITY_MS,
    routesSilentMs: settings.MUSTER_RELAY_ROUTES_SILENT_MS,
    executeTimeoutMs: settings.MUSTER_RELAY_EXECUTE_TIMEOUT_MS,
  };
}

import { booleanSetting, integerSetting, listSetting, networksSetting } from '@muster/platform';

/** Where the front door sends what comes in. Each is a list of base addresses; the next one is taken when one does not answer. */
export const frontDoorSettings = {
  MUSTER_FRONT_AUTH: listSetting('Public addresses of auth', []),
  MUSTER_FRONT_GLOBAL_SESSION: listSetting('Public addresses of global session', []),
  MUSTER_FRONT_GLOBAL_DIRECTORY: listSetting('Public addresses of the global directory', []),
  MUSTER_FRONT_RELAY: listSetting('Public addresses of the relays', []),
  MUSTER_FRONT_CONSOLE: listSetting('Public addresses of the console', []),
  MUSTER_FRONT_CONNECT_TIMEOUT_MS: integerSetting('Longest wait for a service to take a connection', 2000, {
    min: 50,
    max: 60_000,
  }),
  MUSTER_FRONT_IDLE_TIMEOUT_MS: integerSetting(
    'An exchange in which nothing moves for so long is ended (streams send heartbeats)',
    120_000,
    { min: 1000, max: 3_600_000 },
  ),
  MUSTER_FRONT_TRUSTED_PROXIES: networksSetting(
    'What stands before the front door (an Ingress, a load balancer): its X-Forwarded headers are passed on, those of others replaced',
  ),
  MUSTER_FRONT_HSTS: booleanSetting('Tell browsers to use https only (with TLS files)', true),
} as const;

import { integerSetting } from '@muster/platform';

export const launcherSettings = {
  MUSTER_SESSION_SERVICES: integerSetting('Session services that `start:services` starts', 2, { min: 1, max: 32 }),
  MUSTER_RELAYS: integerSetting('Relays that `start:services` starts', 2, { min: 1, max: 32 }),
} as const;

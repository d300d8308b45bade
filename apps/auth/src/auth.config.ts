import { minPasswordLength } from '@muster/identity';
import { integerSetting, secretSetting, textSetting, type CommonSettings, type SettingsOf } from '@muster/platform';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Settings of auth alone. */
export const authSettings = {
  MUSTER_ADMIN_PASSWORD: secretSetting(
    'Password of the user admin, who is made when there is no user yet; default in development: a random one',
    { kind: `at least ${minPasswordLength} characters`, fits: (text) => text.length >= minPasswordLength },
  ),
  MUSTER_JOIN_KEYS_DIR: textSetting(
    'Folder with the join keys of all services, <service>.key, one key a line; default: keys in the data folder',
    undefined,
  ),
  MUSTER_USER_TOKEN_MS: integerSetting('Life of an access token', 10 * minuteMs, { min: minuteMs, max: 10 * minuteMs }),
  MUSTER_LOGIN_IDLE_MS: integerSetting('A login that is not refreshed for so long ends', 7 * dayMs, { min: minuteMs }),
  MUSTER_LOGIN_MAX_AGE_MS: integerSetting('A login ends after this time, refreshed or not', 30 * dayMs, {
    min: minuteMs,
  }),
  MUSTER_PASSWORD_MEMORY_KIB: integerSetting('Memory of one password hash (argon2id)', 19_456, {
    min: 1024,
    max: 1_048_576,
  }),
  MUSTER_PASSWORD_PASSES: integerSetting('Passes of one password hash (argon2id)', 2, { min: 2, max: 100 }),
  MUSTER_PASSWORD_PARALLEL: integerSetting('Password hashes computed at the same time', 2, { min: 1, max: 64 }),
} as const;

export type AuthSettings = CommonSettings & SettingsOf<typeof authSettings>;

import { integerSetting, secretSetting, urlSetting } from './settings.js';

/** Settings of the command line. Services know their names, so that one shell can have them for both. */
export const commandLineSettings = {
  MUSTER_URL: urlSetting(
    'Address of the installation that `muster` speaks to; default: the one of the last login, else http://127.0.0.1:8600',
  ),
  MUSTER_TOKEN: secretSetting('API token or access token that `muster` uses instead of a login'),
  MUSTER_CLI_TIMEOUT_MS: integerSetting('Longest wait of `muster` for the answer to one request', 30_000, {
    min: 100,
    max: 600_000,
  }),
  MUSTER_CLI_DOCTOR_MIN_FREE_BYTES: integerSetting(
    'Free space of the data folder below which `muster doctor` warns',
    1_073_741_824,
  ),
  MUSTER_CLI_DOCTOR_MAX_SKEW_MS: integerSetting('Difference of clocks above which `muster doctor` warns', 30_000, {
    min: 1000,
  }),
} as const;

import { sessionHostSettings } from '@muster/directory';
import { integerSetting, settingTexts, textSetting, type CommonSettings, type SettingsOf } from '@muster/platform';
import { kubernetesSettings } from './kubernetes.config.js';

/** Settings of the global directory alone. */
export const globalDirectorySettings = {
  MUSTER_REPORT_PERIOD_MS: integerSetting('How often nodes report', 2000, { min: 100, max: 60_000 }),
  MUSTER_DOWN_AFTER_MS: integerSetting('A node silent for so long, and for 5 reports, is down', 15_000, { min: 500 }),
  MUSTER_BOOK_SETTLE_MS: integerSetting(
    'After its start the directory says "later" instead of "never" for so long',
    5000,
  ),
  MUSTER_DECISIONS_KEPT: integerSetting('Placement decisions kept for replay; each holds the whole book', 0, {
    max: 1000,
  }),
  MUSTER_NODES_FILE: textSetting(
    'YAML file of nodes on this computer; each gets a local directory of its own',
    undefined,
  ),
  MUSTER_DOCKER_HOSTS_FILE: textSetting(
    'YAML file of Docker engines on other hosts; each gets a local directory in a container, kept running from here',
    undefined,
  ),
  MUSTER_SERVICES_IMAGE: textSetting('Image of those local directories, as their engines know it', 'muster/services:1'),
  ...sessionHostSettings,
  ...kubernetesSettings,
  MUSTER_FURTHER_SESSION_SERVICES: integerSetting('Most session services that are started by demand', 4, { max: 100 }),
} as const;

export type GlobalDirectorySettings = CommonSettings & SettingsOf<typeof globalDirectorySettings>;

/** For the services that are started here: their own settings were given to us too, in the environment or in our file. */
export function givenSettings(): Readonly<Record<string, string | undefined>> {
  return settingTexts(process.env);
}

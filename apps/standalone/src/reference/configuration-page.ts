import { commandLineSettings, commonSettings, type Setting, type SettingsTable } from '@muster/platform';
import { engineProxySettings } from '../../../engine-proxy/src/engine-proxy.config.js';
import { frontDoorSettings } from '../../../front-door/src/front-door.config.js';
import { launcherSettings } from '../../../launcher/src/launcher.config.js';
import { setupSettings } from '../../../setup/src/setup.config.js';
import { allServices } from '../all-services.js';
import { page, table } from './markdown.js';

/** Every setting of every program, from the tables that the programs themselves read. */
export function configurationPage(): string {
  const own = [...allServices]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((service) => section(service.name, service.settings));
  return page(
    '# Configuration',
    'For operators: every setting, its default and what it accepts. After reading you can configure any service.',
    'A setting is an environment variable, or a member of the YAML file that `MUSTER_CONFIG_FILE` names; the environment wins. A secret can also be given as a file: `<NAME>_FILE` names it. A start that finds wrong values lists all of them at once; `npm start` also refuses unknown names that begin with `MUSTER_`. A process that hosts several services, such as `npm start`, takes the settings of all of them.',
    section('Every service', commonSettings),
    ...own.filter((each) => each !== ''),
    section('front-door (`npm run start:services`)', frontDoorSettings),
    section('launcher (`npm run start:services`)', launcherSettings),
    section('engine-proxy (in containers; from the environment only)', engineProxySettings),
    section('setup (in containers)', setupSettings),
    section('command line (`muster`)', commandLineSettings),
  );
}

function section(title: string, settings: SettingsTable): string {
  const rows = Object.entries(settings)
    .filter(([name]) => settings === commonSettings || !(name in commonSettings))
    .map(([name, setting]) => [
      `\`${name}\``,
      setting.description,
      setting.secret ? `secret ${setting.kind}` : setting.kind,
      defaultOf(setting),
    ]);
  return rows.length === 0
    ? ''
    : page(`## ${title}`, table(['setting', 'meaning', 'accepts', 'default'], rows)).trimEnd();
}

/** A list or range is shown as it would be written. */
function defaultOf({ default: value }: Setting<unknown>): string {
  const text = textOf(value);
  return text === '' ? '' : `\`${text}\``;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'object' && value !== null) return Object.values(value).join('-');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

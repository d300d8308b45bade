import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { commandLineSettings } from './command-line-settings.js';
import { commonSettings, type CommonSettings } from './common-settings.js';
import { ConfigurationError, loadSettings, type SettingsOf, type SettingsTable } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** `strict`: a MUSTER_ name that nobody knows is an error. `lenient`: it may be meant for a service that runs elsewhere. */
export type Strictness = 'strict' | 'lenient';

export interface LoadOptions {
  /** Default: lenient. */
  strictness?: Strictness;
  /** Whether the process works on the database, and so needs to know which one. Default: yes. */
  usesStore?: boolean;
}

/** The settings of a process: the common ones and those of its services. Throws ConfigurationError with every problem. */
export function loadConfiguration<Table extends SettingsTable>(
  table: Table,
  environment: Environment,
  { strictness = 'lenient', usesStore = true }: LoadOptions = {},
): CommonSettings & SettingsOf<Table> {
  const file = readFile(environment['MUSTER_CONFIG_FILE']);
  const all: SettingsTable = { ...commonSettings, ...table };
  const alsoKnown = Object.keys(commandLineSettings);
  const loaded = loadSettings(all, { environment, file, strictness, alsoKnown }) as unknown as CommonSettings &
    SettingsOf<Table>;
  const problems = contradictions(loaded, usesStore);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return loaded;
}

/** What a process was told, known settings or not: the file that MUSTER_CONFIG_FILE names, and before it the environment. */
export function settingTexts(environment: Environment): Environment {
  return { ...readFile(environment['MUSTER_CONFIG_FILE']), ...environment };
}

function readFile(path: string | undefined): Record<string, string> {
  if (path === undefined) return {};
  // Loaded only where there is a file: most processes have none, and the package is not small.
  const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigurationError([
      `MUSTER_CONFIG_FILE: cannot read ${path}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    ]);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigurationError([`MUSTER_CONFIG_FILE: ${path} must map names to values`]);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, Array.isArray(each) ? each.join(',') : String(each)]),
  );
}

function contradictions(settings: CommonSettings, usesStore: boolean): string[] {
  const problems: string[] = [];
  if (usesStore && settings.MUSTER_PROFILE === 'production' && settings.MONGODB_URI === undefined)
    problems.push(
      'MONGODB_URI is required in production: the embedded database is for one computer and for trying out',
    );
  if ((settings.MUSTER_TLS_CERT_FILE === undefined) !== (settings.MUSTER_TLS_KEY_FILE === undefined))
    problems.push('MUSTER_TLS_CERT_FILE and MUSTER_TLS_KEY_FILE belong together: set both or none');
  return problems;
}

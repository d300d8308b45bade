import { isIP } from 'node:net';
import {
  booleanSetting,
  choiceSetting,
  integerSetting,
  listSetting,
  type Setting,
  secretSetting,
  textSetting,
  urlSetting,
  type SettingsOf,
} from './settings.js';
import { tracingSettings } from './tracing-settings.js';

/** Settings every service has. */
export const commonSettings = {
  MUSTER_PROFILE: choiceSetting(
    'Decides defaults; production refuses what is unsafe',
    ['development', 'production'],
    'development',
  ),
  MUSTER_HOST: textSetting('Address the public listener binds', '127.0.0.1'),
  MUSTER_PORT: integerSetting('Port of the public listener (0 = chosen by the system)', 8600, { max: 65535 }),
  MUSTER_PUBLIC_URL: urlSetting('Address clients use; default: the public listener'),
  MUSTER_INTERNAL_HOST: textSetting('Address the internal listener binds (internal routes, metrics)', '127.0.0.1'),
  MUSTER_INTERNAL_PORT: integerSetting('Port of the internal listener (0 = chosen by the system)', 0, { max: 65535 }),
  MUSTER_INTERNAL_URL: urlSetting(
    "Address other services use for the internal listener; default: the internal listener, by this host's name where it binds all addresses",
  ),
  MUSTER_AUTH_URL: listSetting('Internal addresses of auth', []),
  MUSTER_GLOBAL_SESSION_URL: listSetting('Internal addresses of global session', []),
  MUSTER_GLOBAL_DIRECTORY_URL: listSetting(
    'Internal addresses of the global directory (nodes report to every one)',
    [],
  ),
  MUSTER_DATA_DIR: textSetting('Folder for the embedded database, keys and node state', './data'),
  MUSTER_CONFIG_FILE: textSetting('YAML file with settings, same names; the environment wins', undefined),
  MUSTER_INSTALLATION_ID: textSetting(
    'Given by a launcher to the services it starts: they open the store only when this id stands in it',
    undefined,
  ),
  MUSTER_INSTANCE_ID: textSetting('Name of this instance; default: a random one', undefined),
  MUSTER_JOIN_KEY: secretSetting('Join key of this service; default: keys/<service>.key in the data folder'),
  MUSTER_INSTALLATION_KEY: secretSetting(
    'Encrypts secrets in the database; default: keys/installation.key in the data folder',
    { kind: '32 bytes as base64url text', fits: (text) => Buffer.from(text, 'base64url').length === 32 },
  ),
  MONGODB_URI: secretSetting('MongoDB; absent: the embedded database (not in production)'),
  MUSTER_DATABASE_TIMEOUT_MS: integerSetting('Longest wait for one database operation', 10_000, {
    min: 100,
    max: 120_000,
  }),
  MUSTER_LOG_LEVEL: choiceSetting(
    'Least severe level that is logged',
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    'info',
  ),
  MUSTER_HEADER_LIMIT_BYTES: integerSetting('Largest address and headers of a request together', 16_384, {
    min: 8192,
    max: 1_048_576,
  }),
  MUSTER_BODY_LIMIT_BYTES: integerSetting('Largest request body', 1_048_576, { min: 1024, max: 104_857_600 }),
  MUSTER_INTERNAL_BODY_LIMIT_BYTES: integerSetting('Largest request body between services', 16_777_216, {
    min: 1024,
    max: 268_435_456,
  }),
  MUSTER_BODY_MAX_DEPTH: integerSetting(
    'Deepest nesting of objects and lists in a request body (between services: twice as deep)',
    100,
    { min: 16, max: 500 },
  ),
  MUSTER_REQUEST_TIMEOUT_MS: integerSetting('Longest time for a request to arrive completely', 30_000, {
    min: 1000,
    max: 600_000,
  }),
  MUSTER_CALL_TIMEOUT_MS: integerSetting('Deadline of a call between services', 10_000, { min: 100, max: 120_000 }),
  MUSTER_SERVICE_TOKEN_MS: integerSetting('Life of a service token', 900_000, { min: 60_000, max: 86_400_000 }),
  MUSTER_STOP_GRACE_MS: integerSetting('Every grace period is capped to this when the whole system stops', 3000, {
    max: 600_000,
  }),
  MUSTER_TRUSTED_PROXIES: networksSetting('Addresses or networks whose X-Forwarded-For is believed'),
  MUSTER_ALLOWED_ORIGINS: listSetting('Origins of web pages that may connect; default: the public address', [], {
    kind: 'origins like https://app.example.org',
    fits: isOrigin,
  }),
  MUSTER_TLS_CERT_FILE: textSetting('Certificate chain (PEM) of the public listener', undefined),
  MUSTER_TLS_KEY_FILE: textSetting('Private key (PEM) of the public listener', undefined),
  MUSTER_EVENT_LOOP_LIMIT_MS: integerSetting('Event-loop delay above which a service says it is not alive', 10_000, {
    min: 100,
    max: 600_000,
  }),
  MUSTER_DOCS: booleanSetting('Serve Swagger UI', true),
  ...tracingSettings,
} as const;

/** Addresses, or networks of them; none by default. */
export function networksSetting(description: string): Setting<readonly string[]> {
  return listSetting(description, [], { kind: 'addresses or networks like 10.0.0.0/8', fits: isNetwork });
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  return isIP(address) !== 0 && rest.length === 0 && (prefix === undefined || isBetween(prefix, bits));
}

function isBetween(text: string, max: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) <= max;
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^/]+\/?$/.test(text);
}

export type CommonSettings = SettingsOf<typeof commonSettings>;

import { readFileSync } from 'node:fs';
import { parseFolder, policyProblems, type EnginePolicy } from '@muster/engine-guard';
import {
  commonSettings,
  ConfigurationError,
  integerSetting,
  listSetting,
  portRangeSetting,
  textSetting,
  type SettingsOf,
} from '@muster/platform/plain';
import { addressOf, type SocketAddress } from './socket-address.js';

/** Which engine, who may call, and what the operator lets pass beyond the rules that always hold. */
export const engineProxySettings = {
  MUSTER_ENGINE_PROXY_ENGINE: textSetting('The engine: unix://PATH or tcp://HOST:PORT', 'unix:///var/run/docker.sock'),
  MUSTER_ENGINE_PROXY_LISTEN: listSetting(
    'Where Muster calls: each unix://PATH (mode 0660) or tcp://HOST:PORT (port 0 = chosen by the system)',
    ['tcp://127.0.0.1:2375'],
  ),
  MUSTER_ENGINE_PROXY_TLS_CERT_FILE: textSetting('Certificate chain (PEM) of the tcp listeners', undefined),
  MUSTER_ENGINE_PROXY_TLS_KEY_FILE: textSetting('Private key (PEM) of the tcp listeners', undefined),
  MUSTER_ENGINE_PROXY_TLS_CA_FILE: textSetting(
    'Who calls by tcp with TLS must show a certificate of this authority (PEM)',
    undefined,
  ),
  MUSTER_ENGINE_PROXY_FOLDERS: listSetting(
    "Folders of the engine's host for containers: PATH, PATH:ro (read-only), PATH/* (what lies in it, read-only)",
    [],
  ),
  MUSTER_ENGINE_PROXY_VOLUMES: listSetting('Named volumes for containers', []),
  MUSTER_ENGINE_PROXY_NETWORKS: listSetting("Networks for containers, besides the installation's own", [
    'bridge',
    'none',
  ]),
  MUSTER_ENGINE_PROXY_SUBNETS: listSetting(
    'Address ranges like 10.90.0.0/16 in which subnets of own networks may lie',
    [],
  ),
  MUSTER_ENGINE_PROXY_PORTS: portRangeSetting('Host ports that may be published', { first: 21_000, last: 22_999 }),
  MUSTER_ENGINE_PROXY_HOST_ADDRESSES: listSetting('Addresses of the host on which ports may be published', [
    '127.0.0.1',
  ]),
  MUSTER_ENGINE_PROXY_IMAGES: listSetting(
    'Images that may be pulled, run and removed: names, or beginnings that end in /; none given: any may be pulled and run, none removed',
    [],
  ),
  MUSTER_ENGINE_PROXY_RUNTIMES: listSetting('Runtimes of containers', ['runc']),
  MUSTER_ENGINE_PROXY_LOG_DRIVERS: listSetting('Log drivers of containers', ['local', 'json-file', 'none']),
  MUSTER_ENGINE_PROXY_MAX_PROCESSES: integerSetting('Most processes of one container', 16_384, {
    min: 1,
    max: 4_194_304,
  }),
  MUSTER_ENGINE_PROXY_MAX_CONNECTIONS: integerSetting('Most connections at once; streams keep theirs', 1024, {
    min: 1,
    max: 65_535,
  }),
  MUSTER_ENGINE_PROXY_CALL_TIMEOUT_MS: integerSetting(
    'Longest time for an answer of the engine; streams, waits and pulls are not bound by it, a stop has its grace besides',
    120_000,
    { min: 1000, max: 3_600_000 },
  ),
  MUSTER_ENGINE_PROXY_STREAM_IDLE_MS: integerSetting(
    'A stream, wait or pull in which nothing moves for so long is ended; 0 = never',
    0,
    { max: 86_400_000 },
  ),
} as const;

const { MUSTER_INSTALLATION_ID, MUSTER_INSTANCE_ID, MUSTER_LOG_LEVEL } = commonSettings;
const { MUSTER_BODY_LIMIT_BYTES, MUSTER_REQUEST_TIMEOUT_MS, MUSTER_STOP_GRACE_MS } = commonSettings;

/** The proxy is no service of the installation: of the settings that every service has it reads these. */
export const allSettings = {
  ...engineProxySettings,
  MUSTER_INSTALLATION_ID,
  MUSTER_INSTANCE_ID,
  MUSTER_LOG_LEVEL,
  MUSTER_BODY_LIMIT_BYTES,
  MUSTER_REQUEST_TIMEOUT_MS,
  MUSTER_STOP_GRACE_MS,
} as const;

export type EngineProxySettings = SettingsOf<typeof allSettings>;

/** What the settings say, understood. Throws ConfigurationError with everything that protects nothing. */
export interface ProxyPlan {
  readonly policy: EnginePolicy;
  readonly engine: SocketAddress;
  readonly listen: readonly SocketAddress[];
  readonly tls: { cert: Buffer; key: Buffer; ca: Buffer } | undefined;
}

export function planOf(settings: EngineProxySettings): ProxyPlan {
  const policy = policyOf(settings);
  const written = [settings.MUSTER_ENGINE_PROXY_ENGINE, ...settings.MUSTER_ENGINE_PROXY_LISTEN];
  const tlsFiles = [
    settings.MUSTER_ENGINE_PROXY_TLS_CERT_FILE,
    settings.MUSTER_ENGINE_PROXY_TLS_KEY_FILE,
    settings.MUSTER_ENGINE_PROXY_TLS_CA_FILE,
  ].filter((file) => file !== undefined);
  const [engine, ...listen] = written.map(addressOf);
  const problems = [
    ...(policy.installationId === ''
      ? ['MUSTER_INSTALLATION_ID must be given: it says whose containers may pass']
      : []),
    ...policyProblems(policy),
    ...written.filter((each) => addressOf(each) === undefined).map((each) => `${each} is neither unix:// nor tcp://`),
    ...(listen.length === 0 ? ['MUSTER_ENGINE_PROXY_LISTEN must name an address'] : []),
    ...([0, 3].includes(tlsFiles.length) ? [] : ['the three MUSTER_ENGINE_PROXY_TLS_ files belong together']),
  ];
  if (problems.length > 0 || engine === undefined) throw new ConfigurationError(problems);
  const [cert, key, ca] = tlsFiles.map((file) => readFileSync(file));
  return {
    policy,
    engine,
    listen: listen.filter((each) => each !== undefined),
    tls: cert && key && ca ? { cert, key, ca } : undefined,
  };
}

function policyOf(settings: EngineProxySettings): EnginePolicy {
  return {
    installationId: settings.MUSTER_INSTALLATION_ID ?? '',
    folders: settings.MUSTER_ENGINE_PROXY_FOLDERS.map(parseFolder),
    volumes: settings.MUSTER_ENGINE_PROXY_VOLUMES,
    networks: settings.MUSTER_ENGINE_PROXY_NETWORKS,
    subnets: settings.MUSTER_ENGINE_PROXY_SUBNETS,
    ports: settings.MUSTER_ENGINE_PROXY_PORTS,
    hostAddresses: settings.MUSTER_ENGINE_PROXY_HOST_ADDRESSES,
    images: settings.MUSTER_ENGINE_PROXY_IMAGES,
    runtimes: settings.MUSTER_ENGINE_PROXY_RUNTIMES,
    logDrivers: settings.MUSTER_ENGINE_PROXY_LOG_DRIVERS,
    maxPids: settings.MUSTER_ENGINE_PROXY_MAX_PROCESSES,
  };
}

import { smallMemory } from '@muster/directory';

/** One process of `start:services`. */
export interface PlannedService {
  name: string;
  program: string;
  environment: Record<string, string>;
}

/** Ports of the internal listeners that others must know in advance. */
export interface FixedPorts {
  auth: number;
  globalSession: number;
  globalDirectory: number;
  /** Public listeners behind the front door, by service name. */
  public: Readonly<Record<string, number>>;
}

export interface PlanOptions {
  ports: FixedPorts;
  sessionServices: number;
  relays: number;
  publicUrl: string;
  /** Where services listen for others: also for those of other computers, unless it is loopback. */
  internalHost: string;
  /** What the front door binds. */
  frontDoorHost: string;
  /** Settings for every service. */
  shared: Readonly<Record<string, string>>;
}

export const urlOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
const local = (port: number): string => urlOf('127.0.0.1', port);

/** All services but the front door. Pure. */
export function planServices(options: PlanOptions): PlannedService[] {
  const { ports, internalHost } = options;
  const shared = {
    ...options.shared,
    MUSTER_PUBLIC_URL: options.publicUrl,
    // The front door is on this computer; without this, all clients would count as one source.
    MUSTER_TRUSTED_PROXIES: '127.0.0.1',
    // TLS ends at the front door. Empty, not absent: so it is also where a settings file names certificates.
    MUSTER_TLS_CERT_FILE: '',
    MUSTER_TLS_KEY_FILE: '',
    MUSTER_AUTH_URL: urlOf(internalHost, ports.auth),
    MUSTER_GLOBAL_SESSION_URL: urlOf(internalHost, ports.globalSession),
    MUSTER_GLOBAL_DIRECTORY_URL: urlOf(internalHost, ports.globalDirectory),
  };
  const service = (name: string, program: string, internalPort = 0): PlannedService => ({
    name,
    program,
    environment: {
      ...shared,
      MUSTER_HOST: '127.0.0.1',
      MUSTER_PORT: String(ports.public[name] ?? 0),
      MUSTER_INTERNAL_HOST: internalHost,
      MUSTER_INTERNAL_PORT: String(internalPort),
    },
  });
  // Workers call their session service from where they run: in containers, not on loopback.
  const sessionHost = options.shared['MUSTER_SESSION_INTERNAL_HOST'];
  const numbered = (count: number, program: string): PlannedService[] =>
    Array.from({ length: count }, (_, index) => service(`${program}-${index + 1}`, program));
  const sessions = numbered(options.sessionServices, 'session').map(({ environment, ...each }) => ({
    ...each,
    environment: { ...environment, ...(sessionHost === undefined ? {} : { MUSTER_INTERNAL_HOST: sessionHost }) },
  }));
  const localDirectory = service('local-directory', 'local-directory');
  return [
    service('auth', 'auth', ports.auth),
    service('global-directory', 'global-directory', ports.globalDirectory),
    service('global-session', 'global-session', ports.globalSession),
    { ...localDirectory, environment: { ...smallMemory, ...localDirectory.environment } },
    ...sessions,
    ...numbered(options.relays, 'relay'),
    service('console', 'console'),
  ];
}

/** The front door before the public listeners of these services. */
export function planFrontDoor(options: PlanOptions): PlannedService {
  const { ports } = options;
  const relays = Array.from({ length: options.relays }, (_, index) => local(ports.public[`relay-${index + 1}`] ?? 0));
  return {
    name: 'front-door',
    program: 'front-door',
    environment: {
      ...options.shared,
      MUSTER_HOST: options.frontDoorHost,
      MUSTER_PORT: String(ports.public['front-door'] ?? 0),
      MUSTER_PUBLIC_URL: options.publicUrl,
      MUSTER_FRONT_AUTH: local(ports.public['auth'] ?? 0),
      MUSTER_FRONT_GLOBAL_SESSION: local(ports.public['global-session'] ?? 0),
      MUSTER_FRONT_GLOBAL_DIRECTORY: local(ports.public['global-directory'] ?? 0),
      MUSTER_FRONT_CONSOLE: local(ports.public['console'] ?? 0),
      MUSTER_FRONT_RELAY: relays.join(','),
    },
  };
}

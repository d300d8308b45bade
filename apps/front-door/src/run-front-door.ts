import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { HealthView } from '@muster/contracts';
import {
  ConfigurationError,
  createRuntime,
  listen,
  loadConfiguration,
  refuseUnreadable,
  tlsFilesOf,
  type CommonSettings,
  type Runtime,
} from '@muster/platform';
import { Balancer } from './balancer.js';
import { frontDoorSettings } from './front-door.config.js';
import { networksOf } from './forwarded.js';
import { Proxy } from './proxy.js';

/** The small front door of an installation whose services are processes of their own: one public address, routing by path. */
export async function runFrontDoor(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  try {
    const settings = loadConfiguration(frontDoorSettings, environment, { usesStore: false });
    const runtime = createRuntime(settings, 'front-door');
    const server = serve(settings, runtime, createProxy(settings, runtime));
    const port = await listen(server, settings.MUSTER_PORT, settings.MUSTER_HOST);
    await runtime.lifecycle.start();
    runtime.logger.info({ port }, 'the front door is open');
    const stop = (): void => {
      server.close(() => process.exit(0));
      server.closeAllConnections();
      setTimeout(() => process.exit(0), 500).unref();
    };
    process.on('SIGTERM', stop).on('SIGINT', stop).once('disconnect', stop);
    const publicUrl = settings.MUSTER_PUBLIC_URL ?? `http://${settings.MUSTER_HOST}:${port}`;
    process.send?.({ ready: true, publicUrl, settings: Object.keys(settings) });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'EADDRINUSE'
        ? 'the port is in use; set MUSTER_PORT'
        : error instanceof ConfigurationError
          ? error.message
          : String(error);
    process.stderr.write(`The front door cannot start: ${why}\n`);
    process.exit(1);
  }
}

type FrontDoorSettings = CommonSettings & ReturnType<typeof loadConfiguration<typeof frontDoorSettings>>;

function createProxy(settings: FrontDoorSettings, runtime: Runtime): Proxy {
  const balance = (addresses: readonly string[]): Balancer =>
    new Balancer(addresses, () => runtime.clock.monotonicMs());
  const secure = settings.MUSTER_TLS_CERT_FILE !== undefined;
  return new Proxy({
    balancers: {
      auth: balance(settings.MUSTER_FRONT_AUTH),
      'global-session': balance(settings.MUSTER_FRONT_GLOBAL_SESSION),
      'global-directory': balance(settings.MUSTER_FRONT_GLOBAL_DIRECTORY),
      relay: balance(settings.MUSTER_FRONT_RELAY),
      console: balance(settings.MUSTER_FRONT_CONSOLE),
    },
    connectTimeoutMs: settings.MUSTER_FRONT_CONNECT_TIMEOUT_MS,
    idleTimeoutMs: settings.MUSTER_FRONT_IDLE_TIMEOUT_MS,
    maxBodyBytes: settings.MUSTER_BODY_LIMIT_BYTES,
    extraHeaders: secure && settings.MUSTER_FRONT_HSTS ? { 'strict-transport-security': 'max-age=31536000' } : {},
    secure,
    trustedProxies: networksOf(settings.MUSTER_FRONT_TRUSTED_PROXIES),
    onError: (upstream, error) => runtime.logger.warn({ err: error, upstream }, 'a service cannot be reached'),
  });
}

function serve(settings: FrontDoorSettings, runtime: Runtime, proxy: Proxy): Server {
  const tls = tlsFilesOf(settings);
  const limits = { maxHeaderSize: settings.MUSTER_HEADER_LIMIT_BYTES };
  const server = tls === undefined ? createServer(limits) : createTlsServer({ ...limits, ...tls });
  server.on('request', (incoming, outgoing) => {
    if (incoming.url === '/health/live') outgoing.writeHead(200, { 'content-type': 'application/json' }).end(alive);
    else void proxy.serve(incoming, outgoing);
  });
  server.on('upgrade', (incoming, socket, head) => void proxy.upgrade(incoming, socket, head));
  server.on('clientError', refuseUnreadable);
  server.requestTimeout = settings.MUSTER_REQUEST_TIMEOUT_MS;
  runtime.lifecycle.add({ name: 'front door', start: async () => undefined, stop: async () => void server.close() });
  return server as Server;
}

/** Its own liveness, in the form of every service; what is behind it says for itself whether it is ready. */
const alive = JSON.stringify({
  status: 'ok',
  info: { 'front-door': { status: 'up' } },
  error: {},
  details: { 'front-door': { status: 'up' } },
} satisfies HealthView);

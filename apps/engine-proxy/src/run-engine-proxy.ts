import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createLogger, ConfigurationError, loadSettings, newId, systemRandom } from '@muster/platform/plain';
import type { Logger } from 'pino';
import { allSettings, planOf, type EngineProxySettings, type ProxyPlan } from './engine-proxy.config.js';
import { EngineProxy } from './engine-proxy.js';
import { Engine } from './engine.js';
import { answerHealth } from './health.js';
import { listenAt, writtenAddress } from './socket-address.js';

export interface RunningProxy {
  /** Where it listens, with the ports that the system chose. */
  readonly addresses: readonly string[];
  /** Streams end at once, other calls have the grace to come to their end. */
  stop(): Promise<void>;
}

/** Long enough for a query in which one client repeats a whole body. */
const maxHeaderBytes = 64 * 1024;

const keptMs = 65_000;

/** Opens the proxy of these settings. Throws ConfigurationError. */
export async function openEngineProxy(settings: EngineProxySettings, logger: Logger): Promise<RunningProxy> {
  const plan = planOf(settings);
  const engine = new Engine(plan.engine, settings.MUSTER_ENGINE_PROXY_CALL_TIMEOUT_MS);
  const proxy = new EngineProxy({
    engine,
    policy: plan.policy,
    logger,
    maxBodyBytes: settings.MUSTER_BODY_LIMIT_BYTES,
    callTimeoutMs: settings.MUSTER_ENGINE_PROXY_CALL_TIMEOUT_MS,
    streamIdleMs: settings.MUSTER_ENGINE_PROXY_STREAM_IDLE_MS,
  });
  const opened = plan.listen.map((address) => {
    const server = serve(plan, 'socketPath' in address, { engine, proxy, logger });
    server.requestTimeout = settings.MUSTER_REQUEST_TIMEOUT_MS;
    // Callers keep connections; one that closes while they use it again would cost them an error.
    server.keepAliveTimeout = keptMs;
    server.headersTimeout = settings.MUSTER_REQUEST_TIMEOUT_MS;
    // Each listener has an equal part, so that all of them together keep to the bound.
    server.maxConnections = Math.max(1, Math.floor(settings.MUSTER_ENGINE_PROXY_MAX_CONNECTIONS / plan.listen.length));
    server.on('drop', () =>
      logger.warn({ maxConnections: server.maxConnections }, 'too many connections: one was refused'),
    );
    return { address, server };
  });
  for (const { address, server } of opened) await listenAt(server, address);
  const addresses = opened.map(({ address, server }) => writtenAddress(address, server));
  logger.info({ addresses, installation: plan.policy.installationId }, 'the engine proxy is open');
  return {
    addresses,
    stop: async () => {
      const closed = opened.map(({ server }) => new Promise((resolve) => server.close(resolve)));
      proxy.endStreams();
      const timer = setTimeout(
        () => opened.forEach(({ server }) => server.closeAllConnections()),
        settings.MUSTER_STOP_GRACE_MS,
      );
      await Promise.all(closed);
      clearTimeout(timer);
    },
  };
}

/** The proxy as a program: ends by SIGTERM, SIGINT or with its parent. */
export async function runEngineProxy(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  try {
    const settings = loadSettings(allSettings, { environment, strictness: 'lenient' });
    const instance = settings.MUSTER_INSTANCE_ID ?? newId('svc_', systemRandom);
    const running = await openEngineProxy(settings, createLogger(settings, 'engine-proxy', instance));
    const stop = (): void => void running.stop().then(() => process.exit(0));
    process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);
    process.send?.({ ready: true, addresses: running.addresses });
  } catch (error) {
    const why = error instanceof ConfigurationError ? error.message : String(error);
    process.stderr.write(`The engine proxy cannot start: ${why}\n`);
    process.exit(1);
  }
}

interface Parts {
  engine: Engine;
  proxy: EngineProxy;
  logger: Logger;
}

/** A socket of the file system is guarded by its mode, so it needs no TLS. */
function serve({ tls }: ProxyPlan, isLocal: boolean, { engine, proxy, logger }: Parts): Server {
  const options = { maxHeaderSize: maxHeaderBytes, keepAlive: true, connectionsCheckingInterval: 5000 };
  const server: Server =
    tls === undefined || isLocal
      ? createServer(options)
      : createTlsServer({ ...options, ...tls, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' });
  server.on('request', (incoming, outgoing) => {
    if (incoming.url?.startsWith('/health/') === true) void answerHealth(incoming.url, outgoing, engine);
    else void proxy.serve(incoming, outgoing);
  });
  server.on('upgrade', (incoming, socket) => {
    logger.warn({ method: incoming.method, path: incoming.url?.slice(0, 200), reasons: ['no upgrade'] }, 'refused');
    socket.on('error', () => socket.destroy()).end(upgradeRefused);
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

const upgradeText = JSON.stringify({
  message: "refused by Muster's engine proxy: no call that passes here changes the protocol",
});
const upgradeRefused = `HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${upgradeText.length}\r\n\r\n${upgradeText}`;

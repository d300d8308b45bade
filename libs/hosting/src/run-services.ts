import { ConfigurationError } from '@muster/platform';
import { hostServices, type HostOptions, type RunningHost } from './host-services.js';

/** Exit status of a process whose start failed for a reason that the operator can mend. */
const startFailed = 1;
/** A stop that takes longer is ended by force. */
const stopDeadlineMs = 30_000;

/** `main` of a process: hosts the services until SIGTERM or SIGINT, then stops them and exits. */
export async function runServices(
  options: HostOptions,
  onRunning?: (running: RunningHost) => Promise<void> | void,
): Promise<void> {
  let running: RunningHost;
  try {
    running = await hostServices(options);
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`);
    process.exit(startFailed);
  }
  const stop = (signal: string): void => {
    running.host.runtime.logger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(startFailed), stopDeadlineMs).unref();
    running.stop().then(
      () => process.exit(0),
      () => process.exit(startFailed),
    );
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
  // A launcher that dies closes this channel; its services must not outlive it unseen.
  process.once('disconnect', () => stop('disconnect'));
  process.on('unhandledRejection', (reason) =>
    running.host.runtime.logger.error({ err: reason }, 'an unhandled rejection'),
  );
  await onRunning?.(running);
  if (process.send !== undefined)
    process.send({
      ready: true,
      instance: running.host.runtime.instance,
      settings: Object.keys(running.host.runtime.settings),
      ...running.host.runtime.addresses,
    });
}

/** What went wrong, for people: configuration and known troubles without a stack trace. */
export function startFailure(error: unknown): string {
  if (error instanceof ConfigurationError) return `Muster cannot start: ${error.message}`;
  const coded = error as NodeJS.ErrnoException & { port?: number; address?: string; hostname?: string };
  if (coded.code === 'EADDRINUSE')
    return `Muster cannot start: port ${coded.port} on ${coded.address} is in use. Stop what uses it, or set MUSTER_PORT (MUSTER_INTERNAL_PORT for the internal listener).`;
  if (coded.code === 'EADDRNOTAVAIL' || coded.code === 'ENOTFOUND' || coded.code === 'EAI_AGAIN')
    return `Muster cannot start: it cannot listen on ${coded.address ?? coded.hostname}, which is no address of this computer. Set MUSTER_HOST (MUSTER_INTERNAL_HOST for the internal listener).`;
  if (coded.code === 'EACCES') return `Muster cannot start: no permission (${coded.message}).`;
  if (typeof coded.code === 'string') return `Muster cannot start: ${coded.message}`;
  return `Muster cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

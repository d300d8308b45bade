import { ConfigurationError } from '@muster/platform';
import { hostServices, type HostOptions, type RunningHost } from './host-services.js';

/** Exit status of a process whose start failed for a reason that the operator can mend. */
const startFailed = 1;
/** A stop that takes so much longer than the workers' grace, or comes in a start that lasts so long, ends by force. */
export const stopMarginMs = 30_000;

/**
 * `main` of a process: hosts the services until SIGTERM or SIGINT, then stops them and exits. Options that must be found out
 * first come from a function; what it throws is told like any other trouble of the start.
 */
export async function runServices(
  options: HostOptions | (() => Promise<HostOptions>),
  onRunning?: (running: RunningHost) => Promise<void> | void,
): Promise<void> {
  const asked = endAsked();
  let graceMs = 0;
  void asked.then(() => setTimeout(() => process.exit(startFailed), graceMs + stopMarginMs).unref());
  let running: RunningHost;
  try {
    running = await hostServices(typeof options === 'function' ? await options() : options);
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`);
    process.exit(startFailed);
  }
  const { logger, settings, instance, addresses } = running.host.runtime;
  graceMs = settings.MUSTER_STOP_GRACE_MS;
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'an unhandled rejection'));
  await onRunning?.(running);
  if (process.connected) process.send?.({ ready: true, instance, settings: Object.keys(settings), ...addresses });
  logger.info({ signal: await asked }, 'stopping');
  await running.stop().catch(() => process.exit(startFailed));
  process.exit(0);
}

/**
 * Resolves with the reason to end. Listened for from the beginning, so that a start in whose middle it comes is undone in
 * order, and for good: who stops us often says so twice (npm passes Ctrl-C on to us, which had it from the terminal already),
 * and the second time must not break the orderly stop off.
 */
function endAsked(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve).on('SIGINT', resolve);
    // A launcher that dies closes this channel; its services must not outlive it unseen.
    process.once('disconnect', () => resolve('disconnect'));
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

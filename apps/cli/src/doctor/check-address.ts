import type { Context } from '../context.js';
import { failureOf, systemReason } from '../failure.js';
import { duration } from '@muster/wording';
import { error, type Finding, ok, warning } from './finding.js';

/** Whether the address answers as an installation does; `isThere` decides whether more can be asked. */
export interface AddressChecked {
  isThere: boolean;
  findings: Finding[];
}

export async function checkAddress(context: Context, url: string): Promise<AddressChecked> {
  const { fetch, settings, clock } = context;
  const askedAtMs = clock.nowMs();
  try {
    const signal = AbortSignal.timeout(settings.MUSTER_CLI_TIMEOUT_MS);
    const response = await fetch.call(globalThis, `${url}/health/ready`, { signal });
    const answeredAtMs = clock.nowMs();
    const body: unknown = await response.json().catch(() => undefined);
    if (!isHealth(body)) return { isThere: false, findings: [stranger(url, response.status)] };
    const findings = [reached(url, response.status, body), skew(response, { askedAtMs, answeredAtMs }, context)];
    return { isThere: true, findings: findings.filter((each) => each !== undefined) };
  } catch (thrown) {
    return { isThere: false, findings: [unreached(url, thrown)] };
  }
}

interface Health {
  details: Record<string, { status: string; reason?: string }>;
}

function isHealth(body: unknown): body is Health {
  return typeof body === 'object' && body !== null && 'details' in body && typeof body.details === 'object';
}

function stranger(url: string, status: number): Finding {
  const text = `something else than Muster answers at ${url} (HTTP ${status} for /health/ready)`;
  return error('address', text, 'check --url, MUSTER_URL, and what stands in front of the installation');
}

function unreached(url: string, thrown: unknown): Finding {
  const message = (thrown instanceof Error ? systemReason(thrown) : undefined) ?? failureOf(thrown).message;
  const fix = 'start it (`muster up` on this computer), or name another address by --url';
  return error('address', `${url} was not reached: ${message}`, fix);
}

function reached(url: string, status: number, { details }: Health): Finding {
  const down = Object.entries(details).filter(([, { status: state }]) => state !== 'up');
  if (status === 200 && down.length === 0) return ok('address', `${url} answers and is ready`);
  const reasons = down.map(([name, { reason }]) => `${name}${reason === undefined ? '' : `: ${reason}`}`).join('; ');
  return error(
    'address',
    `${url} answers but is not ready (${reasons})`,
    'its log says more; it may still be starting',
  );
}

/** Servers tell whole seconds: half of one, and the time on the way, say nothing. */
function skew(
  response: Response,
  { askedAtMs, answeredAtMs }: { askedAtMs: number; answeredAtMs: number },
  { settings }: Context,
): Finding | undefined {
  const toldMs = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(toldMs)) return undefined;
  const differenceMs = toldMs + 500 - (askedAtMs + answeredAtMs) / 2;
  const text = `the clock there and the one here differ by ${duration(Math.abs(differenceMs))}`;
  const isClose = Math.abs(differenceMs) <= settings.MUSTER_CLI_DOCTOR_MAX_SKEW_MS;
  if (isClose) return ok('clock', 'the clocks there and here agree');
  return warning('clock', text, 'set both by NTP: times that are shown would be wrong');
}

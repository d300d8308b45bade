import { CommanderError } from 'commander';
import { type ErrorCode, MusterError } from '@muster/contracts/wire';
import { ConfigurationError } from '@muster/platform/bare';
import { CliError } from './cli-error.js';
import { exitCodes, type ExitName } from './exit-codes.js';
import { harmless, oneLine, type Paint } from './output/paint.js';

/** What a person or a program is told about a failure, whoever found it. */
export interface Failure {
  exit: ExitName;
  message: string;
  code?: string;
  members: readonly { member: string; reason: string }[];
  fix?: string;
}

/** Codes that say more by themselves than by their HTTP status. */
const exitOfCode: Partial<Record<ErrorCode, ExitName>> = {
  'invalid-request': 'usage',
  'invalid-parameters': 'usage',
  'session-ended': 'sessionEnded',
  'upstream-unavailable': 'unreachable',
  'store-unavailable': 'unreachable',
  'not-ready': 'unreachable',
  cancelled: 'interrupted',
};
const exitOfStatus: Record<number, ExitName> = { 401: 'notAllowed', 403: 'notAllowed', 404: 'notFound' };

const fixOfCode: Partial<Record<ErrorCode, string>> = {
  'not-authenticated': 'run `muster login`',
  'token-expired': 'run `muster login`',
  'refresh-token-reused': 'run `muster login`',
  'wrong-credentials': 'check name and password; an administrator can set a new one',
  'not-allowed': '`muster whoami` shows what you may do; an administrator can change your role',
  'unknown-session': '`muster sessions --all` lists yours',
  'unknown-type': '`muster types` lists them',
  'unknown-node': '`muster nodes` lists them',
  'unknown-role': '`muster show ID` lists the roles of a session',
  'project-open': '`muster sessions --project NAME` shows where; close that session or choose another project',
  'never-placeable': '`muster explain TYPE` says what each node lacks',
  'invalid-parameters': '`muster types TYPE` shows what it takes',
  'queue-full': '`muster queue` shows what waits; try again later',
  'upstream-unavailable': '`muster doctor` says what is wrong',
  'store-unavailable': '`muster doctor` says what is wrong',
  'not-ready': 'try again in a moment; `muster doctor` says what is not ready',
};

/** Never a stack trace: what cannot be known is told by its message alone. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CliError) {
    const { exit, message, members, fix } = error;
    return { exit, message, members, ...(fix !== undefined && { fix }) };
  }
  if (error instanceof CommanderError) return failureOfWords(error);
  if (error instanceof MusterError) return failureOfProblem(error);
  if (error instanceof ConfigurationError)
    return { exit: 'usage', message: `a setting is not valid: ${error.problems.join('; ')}`, members: [] };
  return { exit: 'failed', message: error instanceof Error ? error.message : String(error), members: [] };
}

/** The parser's own words; the last line may say what was meant. */
function failureOfWords({ message }: CommanderError): Failure {
  const [said = '', meant] = message.replace(/^error: /, '').split('\n');
  const fix =
    meant === undefined ? '`muster --help` and `muster COMMAND --help` show how it is written' : oneLine(meant);
  return { exit: 'usage', message: said, members: [], fix };
}

function failureOfProblem(error: MusterError): Failure {
  const { code, detail, errors = [] } = error;
  const exit = exitOfCode[code] ?? exitOfStatus[error.status] ?? 'failed';
  const fix = fixOfCode[code];
  return { exit, code, message: messageOf(error, detail), members: errors, ...(fix !== undefined && { fix }) };
}

/** What the system says stands in the cause of the cause of what the client throws. */
function messageOf(error: MusterError, detail: string): string {
  const reason = error.cause instanceof Error ? systemReason(error.cause) : undefined;
  return reason === undefined ? detail : `the installation was not reached: ${reason}`;
}

/** Why no connection was made, in words; undefined for what is no failure of a connection. */
export function systemReason(error: Error): string | undefined {
  const cause = error.cause instanceof Error ? error.cause : undefined;
  if (error.name === 'TimeoutError') return systemReasons['ETIMEDOUT'];
  return systemReasons[((cause ?? error) as { code?: string }).code ?? ''] ?? cause?.message;
}

const systemReasons: Record<string, string | undefined> = {
  ECONNREFUSED: 'nothing listens at this address',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'no computer has this name',
  EAI_AGAIN: 'the name could not be looked up',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  EHOSTUNREACH: 'no way leads to this computer',
  ENETUNREACH: 'no way leads to this network',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is signed by nobody known (NODE_EXTRA_CA_CERTS names further authorities)',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate is signed by nobody known (NODE_EXTRA_CA_CERTS names further authorities)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is signed by nobody known (NODE_EXTRA_CA_CERTS names further authorities)',
  CERT_HAS_EXPIRED: 'its certificate has ended',
};

/** For people: what happened, each member that is wrong, and what to do. Ends with a line break. */
export function failureText({ message, code, members, fix }: Failure, paint: Paint): string {
  const lines = [`${paint.bad('error:')} ${harmless(message).trim()}${code === undefined ? '' : ` (${code})`}`];
  for (const { member, reason } of members)
    lines.push(`  ${member === '' ? 'the whole body' : oneLine(member)}: ${oneLine(reason)}`);
  if (fix !== undefined) lines.push(`  fix: ${fix}`);
  return `${lines.join('\n')}\n`;
}

/** For programs: one JSON line. */
export function failureJson({ exit, ...failure }: Failure): string {
  return `${JSON.stringify({ error: { ...failure, exitCode: exitCodes[exit].code } })}\n`;
}

import { MusterError } from '@muster/contracts/wire';
import type { Context } from '../context.js';
import { failureOf } from '../failure.js';
import { checkAddress } from './check-address.js';
import { checkDisk, checkLoginFile, checkNode } from './check-here.js';
import { type Check, checkCatalogue, checkLogin, checkNodes, checkQueue, checkServices } from './check-installation.js';
import { error, type Finding, note } from './finding.js';

const questions: readonly (readonly [name: string, check: Check])[] = [
  ['services', checkServices],
  ['nodes', checkNodes],
  ['catalogue', checkCatalogue],
  ['queue', checkQueue],
];

/** Everything that is looked at, in the order in which it is worth to be mended. */
export async function examine(context: Context): Promise<Finding[]> {
  const url = await context.account.url();
  const here = [checkNode(context), await checkLoginFile(context), await checkDisk(context, url)];
  const { isThere, findings } = await checkAddress(context, url);
  if (!isThere) return [...here, ...findings];
  return [...here, ...findings, ...(await ask(context))];
}

async function ask({ account }: Context): Promise<Finding[]> {
  try {
    const client = await account.client();
    const login = await checkLogin(client);
    const answers = await Promise.all(
      questions.map(([name, check]) => check(client).catch((thrown: unknown) => [unanswered(name, thrown)])),
    );
    return [...login, ...answers.flat()];
  } catch (thrown) {
    const { message, fix = 'run `muster login`' } = failureOf(thrown);
    return [error('login', message, fix), note('installation', 'without a login nothing more can be asked')];
  }
}

function unanswered(name: string, thrown: unknown): Finding {
  if (thrown instanceof MusterError && thrown.code === 'not-allowed')
    return note(name, 'your role may not look at it; an operator may');
  const { message, fix = 'look at the log of the installation' } = failureOf(thrown);
  return error(name, message, fix);
}

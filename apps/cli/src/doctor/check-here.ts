import { statfs } from 'node:fs/promises';
import type { Context } from '../context.js';
import { bytes } from '@muster/wording';
import { error, type Finding, note, ok, warning } from './finding.js';

const goodNode = 24;

/** Services run on Node 24; the command line alone is content with 22. */
export function checkNode({ nodeVersion }: Context): Finding {
  if (Number.parseInt(nodeVersion, 10) >= goodNode) return ok('node', `Node ${nodeVersion}`);
  return warning(
    'node',
    `Node ${nodeVersion} runs this command line; services need Node ${goodNode}`,
    'in the repository, start programs by `npm run` or `npx`: they use the Node that comes with it',
  );
}

export async function checkLoginFile({ account }: Context): Promise<Finding> {
  const { file } = account.store;
  if (!(await account.store.isOpenToOthers())) return ok('login file', `only you can read ${file}`);
  return error('login file', `others can read ${file}, which holds your login`, `chmod 600 ${file}`);
}

/** Space for the embedded database and the files of workers, where the installation is on this computer. */
export async function checkDisk({ environment, settings }: Context, url: string): Promise<Finding> {
  const folder = environment['MUSTER_DATA_DIR'] ?? './data';
  if (!isHere(url)) return note('disk', 'the installation is on another computer');
  const found = await statfs(folder).catch(() => undefined);
  if (found === undefined)
    return note('disk', `there is no folder ${folder} here; MUSTER_DATA_DIR names the data folder`);
  const freeBytes = found.bavail * found.bsize;
  const text = `${bytes(freeBytes)} are free in ${folder}`;
  if (freeBytes >= settings.MUSTER_CLI_DOCTOR_MIN_FREE_BYTES) return ok('disk', text);
  return warning('disk', text, 'make room: a full disk stops the embedded database');
}

const isHere = (url: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DataFolderNotWritable } from './store-errors.js';

/** Makes the folder, for this user only, if it is absent. Rejects with DataFolderNotWritable. */
export async function makeDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
    await access(dataDir, constants.W_OK);
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

/** Level by level: Node's own recursive mkdir never ends below a folder like /proc that exists but takes nothing. */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

export function notWritable(dataDir: string, cause: unknown): DataFolderNotWritable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DataFolderNotWritable(
    `The data folder ${dataDir} cannot be written (${reason}). Let this user write it, or set MUSTER_DATA_DIR to another folder.`,
    { cause },
  );
}

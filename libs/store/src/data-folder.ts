import { access, constants, mkdir } from 'node:fs/promises';
import { DataFolderNotWritable } from './store-errors.js';

/** Makes the folder, for this user only, if it is absent. Rejects with DataFolderNotWritable. */
export async function makeDataFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.W_OK);
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

export function notWritable(dataDir: string, cause: unknown): DataFolderNotWritable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DataFolderNotWritable(
    `The data folder ${dataDir} cannot be written (${reason}). Let this user write it, or set MUSTER_DATA_DIR to another folder.`,
    { cause },
  );
}

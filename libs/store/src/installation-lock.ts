import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDataFolder, notWritable } from './data-folder.js';
import { DataFolderLocked } from './store-errors.js';

/** The right to use a data folder, held until released or until this process dies. */
export interface InstallationLock {
  /** The same at every start of this installation. Children get it as MUSTER_INSTALLATION_ID. */
  readonly installationId: string;
  release(): void;
}

const busyResultCode = 5;

/**
 * Takes the data folder for this process, and gives the installation its id at the first start. An open transaction
 * is the lock: the operating system ends it with the process, so that no lock outlives a crash.
 * Rejects with DataFolderLocked when another process holds it, or DataFolderNotWritable.
 */
export async function lockInstallation(dataDir: string): Promise<InstallationLock> {
  await makeDataFolder(dataDir);
  const database = holdTransaction(dataDir);
  try {
    const installationId = (await readInstallationId(dataDir)) ?? (await writeInstallationId(dataDir));
    return { installationId, release: () => database.isOpen && database.close() };
  } catch (error) {
    database.close();
    throw notWritable(dataDir, error);
  }
}

/** Rejects with DataFolderLocked when the folder is not of the installation with this id. */
export async function verifyInstallation(dataDir: string, installationId: string): Promise<void> {
  const kept = await readInstallationId(dataDir).catch((error: unknown) => Promise.reject(notWritable(dataDir, error)));
  if (kept === installationId) return;
  throw new DataFolderLocked(
    `The data folder ${dataDir} is of ${kept === undefined ? 'no installation yet' : `installation ${kept}`}, ` +
      `not of ${installationId}. Start this process by its launcher, or unset MUSTER_INSTALLATION_ID.`,
  );
}

function holdTransaction(dataDir: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(dataDir, 'installation.lock'), { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if ((error as { errcode?: number }).errcode !== busyResultCode) throw notWritable(dataDir, error);
    throw new DataFolderLocked(
      `The data folder ${dataDir} is in use by another running Muster. Stop that one, or set MUSTER_DATA_DIR to another folder.`,
      { cause: error },
    );
  }
}

function idFile(dataDir: string): string {
  return join(dataDir, 'installation-id');
}

async function readInstallationId(dataDir: string): Promise<string | undefined> {
  try {
    return (await readFile(idFile(dataDir), 'utf8')).trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all: a crash must not leave half an id. */
async function writeInstallationId(dataDir: string): Promise<string> {
  const installationId = randomUUID();
  const unfinished = `${idFile(dataDir)}.new`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(`${installationId}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, idFile(dataDir));
  return installationId;
}

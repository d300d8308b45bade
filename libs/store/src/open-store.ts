import { join } from 'node:path';
import { makeDataFolder } from './data-folder.js';
import type { DocumentStore } from './document-store.js';
import { verifyInstallation } from './installation-lock.js';
import { SqliteStore } from './sqlite/sqlite-store.js';

export interface StoreOptions {
  /** Chooses the MongoDB adapter; there is no falling back from it. Absent: the embedded database in `dataDir`. */
  mongodbUri?: string;
  /** Made if absent. On a disk of this computer. */
  dataDir: string;
  /** What the launcher passed to a child; refused if another installation owns `dataDir`. The launcher holds the lock. */
  installationId?: string;
  /** Embedded database: how long a write waits while another process writes. 5000 if absent. */
  busyTimeoutMs?: number;
  /** Every call settles within about this time. 10000 if absent. */
  operationTimeoutMs?: number;
  /** MongoDB: how long to look for a server that takes the call; 3000 if absent. */
  serverSelectionTimeoutMs?: number;
  /** MongoDB: connections to one server at most; 20 if absent. */
  maxPoolSize?: number;
}

/**
 * Opens the installation's database. A MongoDB server that cannot be reached does not fail it: `ready()` tells.
 * Rejects with DataFolderNotWritable or DataFolderLocked.
 */
export async function openStore(options: StoreOptions): Promise<DocumentStore> {
  const { mongodbUri, dataDir, installationId } = options;
  const {
    busyTimeoutMs = 5000,
    operationTimeoutMs = 10_000,
    serverSelectionTimeoutMs = 3000,
    maxPoolSize = 20,
  } = options;
  if (mongodbUri !== undefined) {
    // Loaded only where it is used: it costs half a second and 80 MB at start.
    const { MongoStore } = await import('./mongo/mongo-store.js');
    return new MongoStore({ uri: mongodbUri, operationTimeoutMs, serverSelectionTimeoutMs, maxPoolSize });
  }
  await makeDataFolder(dataDir);
  if (installationId !== undefined) await verifyInstallation(dataDir, installationId);
  return new SqliteStore({ file: join(dataDir, 'muster.db'), busyTimeoutMs, operationTimeoutMs });
}

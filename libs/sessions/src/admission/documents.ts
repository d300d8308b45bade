import type { InstanceId, SessionId, UserId, UserRole } from '@muster/contracts';
import type { CollectionDefinition, StoredDocument } from '@muster/store';
import type { Usage } from './user-limits.js';

/** Registration and lease of one running session service or relay; every renewal is a write. */
export interface ServiceDocument extends StoredDocument {
  /** Kind and instance: one process may host several services. */
  _id: string;
  version: 1;
  instance: InstanceId;
  kind: 'session' | 'relay';
  address: string;
  serviceVersion: string;
  capacity: number;
  held: number;
  leaving: boolean;
  provisioned: boolean;
  holdsLock?: boolean;
  /** Wall clock, for people. */
  registeredAtMs: number;
}
export const serviceCollection: CollectionDefinition = {
  name: 'services',
  indexes: [{ name: 'kind', fields: ['kind'] }],
};

/** `_id` is `owner/project`: a project is open in at most the session that stands here. */
export interface LockDocument extends StoredDocument {
  version: 1;
  session: SessionId;
}
export const lockCollection: CollectionDefinition = { name: 'locks', indexes: [] };

/** What one user's granted sessions take; entries are named by session. */
export interface LedgerDocument extends StoredDocument {
  _id: UserId;
  version: 1;
  /** The role at the user's last request: limits go by it. */
  role: UserRole;
  entries: Record<SessionId, LedgerRecord>;
}
export interface LedgerRecord extends Usage {
  /** The epoch of the grant that it was written for. */
  epoch: number;
}
export const ledgerCollection: CollectionDefinition = { name: 'ledgers', indexes: [] };

/** The one document of the wanted number of session services. */
export interface ProvisioningDocument extends StoredDocument {
  version: 1;
  /** How many beyond those started by hand. */
  further: number;
  draining: InstanceId[];
}
export const provisioningId = 'session-services';
export const provisioningCollection: CollectionDefinition = { name: 'provisioning', indexes: [] };

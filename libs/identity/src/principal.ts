import type { Permission, ServiceRole, UserRole } from '@muster/contracts';

/** How a user proved who they are. */
export type Credential =
  | { kind: 'login'; loginId: string; feedId: string; feedNumber: number; issuedAtMs: number }
  | { kind: 'api-token'; tokenId: string };

/** A person, or a program that acts with a person's API token. */
export interface UserPrincipal {
  kind: 'user';
  userId: string;
  username: string;
  role: UserRole;
  /** What this token allows: those of the role, or less with an API token. */
  permissions: ReadonlySet<Permission>;
  /** The user's version when the token was made: a revocation names the lowest one that is still good. */
  tokenVersion: number;
  credential: Credential;
  /** Wall clock of the issuer, ms since 1970. */
  expiresAtMs: number;
}

/** One running instance of one of our services. */
export interface ServicePrincipal {
  kind: 'service';
  role: ServiceRole;
  instanceId: string;
  expiresAtMs: number;
}

/** One incarnation of one worker of one session. */
export interface WorkerPrincipal {
  kind: 'worker';
  sessionId: string;
  workerId: string;
  incarnation: number;
  expiresAtMs: number;
}

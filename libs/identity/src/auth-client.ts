import type { JSONWebKeySet } from 'jose';
import {
  MusterError,
  type RevocationPage,
  type ServiceRole,
  type ServiceTokenAnswer,
  type ServiceTokenRequest,
  type VerifiedApiToken,
} from '@muster/contracts';
import type { Clock, OutgoingCall, OutgoingCalls, RandomSource } from '@muster/platform';
import { Authenticator } from './authenticator.js';
import { RemoteKeys } from './key-sources.js';
import { RemoteApiTokens } from './remote-api-tokens.js';
import { RevocationFollower } from './revocation-follower.js';
import { ServiceIdentity } from './service-identity.js';
import { serviceTokens, userTokens } from './token-kinds.js';
import { TokenVerifier } from './token-verifier.js';

export interface AuthClientParts {
  /** Internal addresses of auth's replicas, one at least. */
  authUrls: readonly string[];
  issuer: string;
  role: ServiceRole;
  instanceId: string;
  joinKey: string;
  calls: OutgoingCalls;
  clock: Clock;
  random: RandomSource;
  /** Told when the revocations cannot be read; tried again by itself. */
  onError?: (error: unknown) => void;
}

const deadlineMs = 5000;

/** Everything that a service other than auth needs of it: its own identity, and who its callers are. */
export class AuthClient {
  readonly identity: ServiceIdentity;
  readonly revocations: RevocationFollower;
  readonly authenticator: Authenticator;
  private preferred = 0;

  constructor(private readonly parts: AuthClientParts) {
    const { role, instanceId, joinKey, issuer, clock, random, onError } = parts;
    const exchange = (request: ServiceTokenRequest): Promise<ServiceTokenAnswer> => this.exchange(request);
    this.identity = new ServiceIdentity({ role, instanceId, joinKey, clock, exchange });
    this.revocations = new RevocationFollower({ clock, random, onError, read: (query) => this.readRevocations(query) });
    const keys = new RemoteKeys(() => this.call<JSONWebKeySet>('GET', '/internal/v1/auth/jwks'), clock);
    const requireNotRevoked: RevocationFollower['requireNotRevoked'] = (principal, known) =>
      this.revocations.requireNotRevoked(principal, known);
    this.authenticator = new Authenticator({
      users: new TokenVerifier({ kind: userTokens, issuer, keys, clock, requireNotRevoked }),
      apiTokens: new RemoteApiTokens({
        verify: (token) => this.verifyApiToken(token),
        revocations: this.revocations,
        clock,
      }),
      services: new TokenVerifier({ kind: serviceTokens, issuer, keys, clock }),
    });
  }

  /** Begins to follow the revocations. Only services that authenticate users need it. */
  start(): void {
    this.revocations.start();
  }

  stop(): Promise<void> {
    return this.revocations.stop();
  }

  private exchange(body: ServiceTokenRequest): Promise<ServiceTokenAnswer> {
    return this.call('POST', '/internal/v1/auth/service-tokens', { body });
  }

  private async readRevocations({ feed, after }: { feed?: string; after?: number }): Promise<RevocationPage> {
    const known = feed === undefined || after === undefined ? '' : `?feed=${encodeURIComponent(feed)}&after=${after}`;
    return this.callAsService('GET', `/internal/v1/auth/revocations${known}`);
  }

  private verifyApiToken(token: string): Promise<VerifiedApiToken> {
    return this.callAsService('POST', '/internal/v1/auth/api-tokens/verify', { token });
  }

  private async callAsService<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    return this.call(method, path, { bearer: await this.identity.token(), ...(body === undefined ? {} : { body }) });
  }

  /** Asks the replica that answered last; when nobody is there, the others in turn. */
  private async call<T>(
    method: 'GET' | 'POST',
    path: string,
    rest: Pick<OutgoingCall, 'body' | 'bearer'> = {},
  ): Promise<T> {
    const { authUrls, calls } = this.parts;
    if (authUrls.length === 0) throw new MusterError('upstream-unavailable', 'no address of auth is configured');
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await calls.json<T>({ method, url: `${authUrls[this.preferred]}${path}`, deadlineMs, ...rest });
      } catch (error) {
        const isAway = error instanceof MusterError && error.code === 'upstream-unavailable';
        if (isAway) this.preferred = (this.preferred + 1) % authUrls.length;
        if (!isAway || attempt >= authUrls.length) throw error;
      }
    }
  }
}

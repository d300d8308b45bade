import { MusterError, type ServiceTokenAnswer, type ServiceTokenRequest } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import type { AuditLog } from './audit-log.js';
import type { JoinKeys } from './join-keys.js';
import type { LoginThrottle } from './login-throttle.js';
import type { TokenIssuer } from './token-issuer.js';

export interface ServiceAdmissionParts {
  joinKeys: JoinKeys;
  issuer: TokenIssuer;
  audit: AuditLog;
  throttle: LoginThrottle;
  clock: Clock;
}

/** Auth's side of services' identity: a short token for who has the key of a role. */
export class ServiceAdmission {
  constructor(private readonly parts: ServiceAdmissionParts) {}

  /** Throws `wrong-credentials` or `too-many-requests`. Refusals are recorded; admissions, of which there are many, are not. */
  async admit({ role, key, instanceId }: ServiceTokenRequest, source: string): Promise<ServiceTokenAnswer> {
    const succeeded = this.parts.throttle.begin(`service:${role}:${instanceId}`, source);
    if (!this.parts.joinKeys.accepts(role, key)) {
      const actor = `service:${role}:${instanceId}`;
      await this.parts.audit.record({ actor, action: 'service.join', source, outcome: 'refused' });
      throw new MusterError('wrong-credentials', `this is not a join key of ${role}`);
    }
    succeeded();
    const { token, expiresAtMs } = await this.parts.issuer.issueForService(role, instanceId);
    return { token, expiresInMs: expiresAtMs - this.parts.clock.nowMs() };
  }
}

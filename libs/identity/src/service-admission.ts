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

  /**
   * Throws `wrong-credentials` or, for a wrong key that comes again and again, `too-many-requests`. Who has the key is never
   * held up by others at the same address who have not. Refusals are recorded; admissions, of which there are many, are not.
   */
  async admit({ role, key, instanceId }: ServiceTokenRequest, source: string): Promise<ServiceTokenAnswer> {
    if (!this.parts.joinKeys.accepts(role, key)) throw await this.refuse(`service:${role}:${instanceId}`, source);
    const { token, expiresAtMs } = await this.parts.issuer.issueForService(role, instanceId);
    return { token, expiresInMs: expiresAtMs - this.parts.clock.nowMs() };
  }

  private async refuse(actor: string, source: string): Promise<MusterError> {
    this.parts.throttle.begin(actor, source);
    await this.parts.audit.record({ actor, action: 'service.join', source, outcome: 'refused' });
    return new MusterError('wrong-credentials', 'this is not a join key of the role');
  }
}

import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MusterError } from '@muster/contracts';
import {
  accessKey,
  REQUEST_AUTHENTICATOR,
  type Access,
  type CallerIdentity,
  type RequestAuthenticator,
} from './access.js';

interface GuardedRequest {
  headers: Record<string, string | string[] | undefined>;
  caller?: CallerIdentity;
}

/** Lets nobody in who is not meant: a route without a declared access is refused for everybody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(REQUEST_AUTHENTICATOR) private readonly authenticator: RequestAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === undefined) throw new MusterError('not-allowed', 'this route declares no access');
    if (access.kind === 'open') return true;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    request.caller = await this.callerOf(bearerOf(request), access);
    return true;
  }

  private async callerOf(bearer: string, access: Exclude<Access, { kind: 'open' }>): Promise<CallerIdentity> {
    if (access.kind === 'bearer') return { kind: 'bearer', bearer };
    if (access.kind === 'service') {
      const service = await this.authenticator.service(bearer);
      if (!access.services.includes(service.role))
        throw new MusterError('not-allowed', `the service ${service.role} has no business here`);
      return service;
    }
    const user = await this.authenticator.user(bearer);
    if (access.permission !== null && !user.permissions.has(access.permission))
      throw new MusterError('not-allowed', `this needs the permission ${access.permission}`);
    return user;
  }
}

function bearerOf(request: GuardedRequest): string {
  const header = request.headers['authorization'];
  const match = typeof header === 'string' ? /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(header) : null;
  if (match?.[1] === undefined)
    throw new MusterError(
      'not-authenticated',
      'send a token in the header "Authorization: Bearer <token>"; POST /v1/auth/login gives one',
    );
  return match[1];
}

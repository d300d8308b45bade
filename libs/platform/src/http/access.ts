import {
  applyDecorators,
  createParamDecorator,
  SetMetadata,
  type CustomDecorator,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';

/** Who acts: a person (or their API token), one of our services, or a worker. The identity library knows more of each. */
export interface UserCaller {
  kind: 'user';
  userId: string;
  username: string;
  role: string;
  permissions: ReadonlySet<string>;
  expiresAtMs: number;
}
export interface ServiceCallerIdentity {
  kind: 'service';
  role: string;
  instanceId: string;
  expiresAtMs: number;
}
/** A bearer that the service itself checks against a session document (join token, worker token). */
export interface BearerCaller {
  kind: 'bearer';
  bearer: string;
}
export type CallerIdentity = UserCaller | ServiceCallerIdentity | BearerCaller;

/** How the platform's guard learns who calls; the identity library implements it. Both throw MusterError. */
export interface RequestAuthenticator {
  user(bearer: string): Promise<UserCaller>;
  service(bearer: string): Promise<ServiceCallerIdentity>;
}
/** Nest injection token of the process's {@link RequestAuthenticator}. */
export const REQUEST_AUTHENTICATOR = Symbol('RequestAuthenticator');

export type Access =
  | { kind: 'open' }
  | { kind: 'user'; permission: string | null }
  | { kind: 'service'; services: readonly string[] }
  | { kind: 'bearer' };
export const accessKey = 'muster:access';
const access = (value: Access): CustomDecorator => SetMetadata(accessKey, value);

/** Anybody may call it. The list of such routes is short and held by a test. */
export const Open = (): MethodDecorator & ClassDecorator => access({ kind: 'open' });
/** People (and their API tokens) who have this permission; null = everybody who is logged in. */
export const Needs = (permission: string | null): MethodDecorator & ClassDecorator =>
  applyDecorators(access({ kind: 'user', permission }), ApiBearerAuth());
/** Our own services of these names, on the internal listener. */
export const ForServices = (...services: string[]): MethodDecorator & ClassDecorator =>
  access({ kind: 'service', services });
/** Whoever bears a token that the handler itself checks. */
export const ForBearer = (): MethodDecorator & ClassDecorator => access({ kind: 'bearer' });

/** The caller, as the guard found it. */
export const Caller = createParamDecorator(
  (_: unknown, context: ExecutionContext): CallerIdentity | undefined =>
    context.switchToHttp().getRequest<{ caller?: CallerIdentity }>().caller,
);

import { MusterError, type ErrorCode } from '@muster/contracts';
import type { ServiceIdentity } from '@muster/identity';
import type { OutgoingCall, OutgoingCalls } from '@muster/platform';

/** The three services with configured addresses; all others register and are reached by the address they gave. */
export type ConfiguredService = 'auth' | 'global-session' | 'global-directory';

export type ServiceCall = Pick<OutgoingCall, 'method' | 'body' | 'signal' | 'headers' | 'maxAnswerBytes'> & {
  /** Path on the internal listener, from /internal on. */
  path: string;
  /** Default: MUSTER_CALL_TIMEOUT_MS. */
  deadlineMs?: number;
};

export interface ServiceCallerParts {
  identity: ServiceIdentity;
  calls: OutgoingCalls;
  /** Internal addresses by service; read at every call, since a process learns its own only when it listens. */
  addresses: () => Readonly<Record<ConfiguredService, readonly string[]>>;
  defaultDeadlineMs: number;
}

/** What another replica may do better. */
const unhelpful = new Set<ErrorCode>(['upstream-unavailable', 'deadline-exceeded', 'store-unavailable', 'not-ready']);

/** Calls between services: with this service's own token, a deadline always, and another replica when one is not there. */
export class ServiceCaller {
  private readonly preferred = new Map<ConfiguredService, number>();

  constructor(private readonly parts: ServiceCallerParts) {}

  /** All configured addresses of a service, for calls that every replica must get. */
  addressesOf(service: ConfiguredService): readonly string[] {
    return this.parts.addresses()[service];
  }

  /**
   * Calls a configured service; a replica that cannot be reached is passed over. A call that may have arrived is not repeated, but
   * the next one goes to another replica: one that hangs, or is without its database, would else get all of them.
   */
  async toService<T>(service: ConfiguredService, call: ServiceCall): Promise<T> {
    const addresses = this.addressesOf(service);
    if (addresses.length === 0) throw new MusterError('upstream-unavailable', `no address of ${service} is configured`);
    for (let attempt = 1; ; attempt += 1) {
      const index = (this.preferred.get(service) ?? 0) % addresses.length;
      try {
        return await this.toAddress<T>(addresses[index] ?? '', call);
      } catch (error) {
        if (!(error instanceof MusterError) || !unhelpful.has(error.code)) throw error;
        this.preferred.set(service, index + 1);
        const mayRepeat = error.extensions['sent'] === false || call.method === 'GET';
        if (error.code !== 'upstream-unavailable' || !mayRepeat || attempt >= addresses.length) throw error;
      }
    }
  }

  /** Calls one instance by its internal base address. */
  async toAddress<T>(address: string, call: ServiceCall): Promise<T> {
    const { path, deadlineMs = this.parts.defaultDeadlineMs, ...rest } = call;
    try {
      return await this.parts.calls.json<T>({
        ...rest,
        url: address + path,
        deadlineMs,
        bearer: await this.parts.identity.token(),
      });
    } catch (error) {
      if (error instanceof MusterError && (error.code === 'not-authenticated' || error.code === 'token-expired'))
        this.parts.identity.drop();
      throw error;
    }
  }

  /** Opens a stream (NDJSON, Server-Sent Events, logs) of one instance; the caller ends it by `signal`. */
  async streamFrom(address: string, call: Omit<ServiceCall, 'deadlineMs' | 'maxAnswerBytes'>): Promise<Response> {
    const { path, ...rest } = call;
    return this.parts.calls.stream({
      ...rest,
      url: address + path,
      connectDeadlineMs: this.parts.defaultDeadlineMs,
      bearer: await this.parts.identity.token(),
    });
  }
}

import type { OutgoingCall } from '@muster/platform';

type Call = Pick<OutgoingCall, 'method' | 'body' | 'signal'> & { path: string };

/** Calls to our other services, under this service's identity; all reject with MusterError. */
export interface ServiceCalls {
  addressesOf(service: 'global-session' | 'global-directory'): readonly string[];
  toService<T>(service: 'global-session' | 'global-directory', call: Call & { deadlineMs?: number }): Promise<T>;
  toAddress<T>(address: string, call: Call & { deadlineMs?: number }): Promise<T>;
  streamFrom(address: string, call: Call): Promise<Response>;
}

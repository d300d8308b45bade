import type { OutgoingCall } from '@muster/platform';

type Call = Pick<OutgoingCall, 'method' | 'body' | 'signal' | 'headers'> & { path: string };

/** Calls to our other services under global session's identity; all reject with MusterError. */
export interface AdmissionCalls {
  addressesOf(service: 'auth' | 'global-session' | 'global-directory'): readonly string[];
  toService<T>(service: 'global-directory', call: Call & { deadlineMs?: number }): Promise<T>;
  toAddress<T>(address: string, call: Call & { deadlineMs?: number }): Promise<T>;
  streamFrom(address: string, call: Call): Promise<Response>;
}

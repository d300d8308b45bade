import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const traceparentShape = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/** A W3C traceparent below the given one, with its flags; a new trace when there is none or it is malformed. */
export function childTrace(parent: string | undefined): string {
  const [, traceId = randomBytes(16).toString('hex'), flags = '01'] = traceparentShape.exec(parent ?? '') ?? [];
  return `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`;
}

export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparentShape.exec(traceparent ?? '')?.[1];
}

export function traceparentIn({ traceparent }: IncomingHttpHeaders): string | undefined {
  return typeof traceparent === 'string' ? traceparent : undefined;
}

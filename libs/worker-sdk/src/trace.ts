import { randomBytes } from 'node:crypto';

const traceparentShape = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A W3C traceparent below the given one; a new trace when there is none or it is malformed. */
export function childTrace(parent: string | undefined): string {
  const traceId = traceIdOf(parent) ?? randomBytes(16).toString('hex');
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}

export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparentShape.exec(traceparent ?? '')?.[1];
}

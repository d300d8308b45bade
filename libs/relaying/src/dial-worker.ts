import { subprotocol } from '@muster/contracts';
import { WebSocket } from 'ws';
import type { RelaySettings } from './relay-settings.js';

/** Begins to open a WebSocket to a worker; what comes of it is said by its events, never by a throw. */
export type DialWorker = (
  url: string,
  headers: Record<string, string>,
  bounds: Pick<RelaySettings, 'maxFrameBytes' | 'connectTimeoutMs'>,
) => WebSocket;

export const dialWorker: DialWorker = (url, headers, { maxFrameBytes, connectTimeoutMs }) =>
  new WebSocket(url, subprotocol, {
    headers,
    perMessageDeflate: false,
    maxPayload: maxFrameBytes + 1024,
    handshakeTimeout: connectTimeoutMs,
  });

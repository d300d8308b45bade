import type { ProblemDetails } from './errors.js';

/**
 * Frames of `muster.v1`: between client and relay, and between relay and SDK workers. A text frame is one JSON object.
 * Data frames carry role, incarnation and seq (from 1, per client, role, incarnation and direction); control frames do not.
 * A receiver takes each seq once and in order, and drops what it has and what comes before its turn.
 */
export const subprotocol = 'muster.v1';

export interface StreamPosition {
  role: string;
  incarnation: number;
  /** The highest seq received in this stream without a hole; 0 = none. */
  received: number;
  /** As the `ack` that opened this stream named it: a stream of that name goes on, any other begins anew. */
  stream?: number;
}

/** First frame of a client. `clientId`: 128 random bits in base64url (22 characters), the client's own. */
export interface HelloFrame {
  kind: 'hello';
  clientId: string;
  streams: StreamPosition[];
  /** Bytes that this client takes per role before it acknowledges; absent = the relay's default. */
  credit?: number;
}

export interface PeerState {
  role: string;
  incarnation: number;
  state: string;
}

/**
 * Answer to `hello`. A role in `resumed` goes on (its ack that `opens` says where); one in `fresh` begins anew at seq 1, its
 * open requests are lost; one in neither stays as it is until an ack opens it.
 */
export interface WelcomeFrame {
  kind: 'welcome';
  sessionId: string;
  state: string;
  peers: PeerState[];
  resumed: StreamPosition[];
  fresh: { role: string; incarnation: number }[];
  /** Bytes that may be sent per role before an `ack` gives more. */
  credit: number;
  heartbeatMs: number;
  maxFrameBytes: number;
}

interface DataFrame {
  role: string;
  incarnation: number;
  seq: number;
  /**
   * Who sent it or is meant, on the leg between relay and worker: the client's id. Frames are passed on untouched, so a client
   * may see its own id here; what it writes here itself means nothing.
   */
  client?: string;
  /** W3C trace context of the request that caused this frame. */
  traceparent?: string;
}

export interface RequestFrame extends DataFrame {
  kind: 'req';
  /** Chosen by the sender, unique within (client, role); a repeated id is answered from memory, not done again. */
  id: string;
  action: string;
  body?: unknown;
}

/** Ends a request that is still running: the worker's AbortSignal fires. */
export interface CancelFrame extends DataFrame {
  kind: 'cancel';
  id: string;
}

export interface ResponseFrame extends DataFrame {
  kind: 'res';
  id: string;
  body?: unknown;
}

export interface ErrorFrame extends DataFrame {
  kind: 'err';
  id: string;
  problem: ProblemDetails;
}

/** A message nobody asked for: progress (`topic` = `progress/<request id>`), state, anything. */
export interface PushFrame extends DataFrame {
  kind: 'push';
  topic: string;
  body?: unknown;
}

/**
 * Received up to `received`; the sender may have `credit` bytes beyond it under way in this stream (an absolute amount, so
 * that a repeated or lost ack does no harm). `opens`: the receiving end stands here now (a new connection, relay, leg or
 * incarnation); the sender repeats what lies beyond `received`, and sends nothing in this stream before it. `stream`: its name, where
 * the receiving end is a relay (the worker has not our SDK), which another relay does not know; `hello` repeats it.
 */
export interface AckFrame {
  kind: 'ack';
  role: string;
  incarnation: number;
  received: number;
  credit: number;
  opens?: boolean;
  stream?: number;
  client?: string;
}

/** Something happened to the session, a peer, or a limit comes near. */
export interface EventFrame {
  kind: 'event';
  event: 'session' | 'peer' | 'warning';
  body: { state?: string; reason?: string; role?: string; incarnation?: number; text?: string };
}

/** Frames of this stream are lost for good: the next one is `lastSeq` + 1, the application re-synchronises. Either end may say it. */
export interface GapFrame {
  kind: 'gap';
  role: string;
  incarnation: number;
  firstSeq: number;
  lastSeq: number;
  client?: string;
}

export interface PingFrame {
  kind: 'ping' | 'pong';
  /** Any text; a pong repeats its ping's. */
  nonce?: string;
}

/**
 * Relay to worker only: this client is reached over this connection from now on, has received the worker's frames up to
 * `received` (0 = none: a new client) and takes `credit` bytes beyond that. The worker answers with an `ack` that `opens`.
 * `connection` rises with every connection of a client: a relay that has not noticed yet that its client is at another one names
 * a lower number than is known, and is not followed. `maxFrameBytes`: the largest frame that the relay carries; the worker answers
 * `body-too-large` to what would need a larger one, and a `gap` stands for any other.
 */
export interface ClientHereFrame {
  kind: 'client-here';
  client: string;
  received: number;
  credit: number;
  connection?: number;
  maxFrameBytes?: number;
}

/** Relay to worker only. `client-away`: its connection was lost, it may come back. `client-gone`: it ended for good. */
export interface ClientLeftFrame {
  kind: 'client-away' | 'client-gone';
  client: string;
}

/** A binary frame after decoding; on the wire see `binary-frame`. `topic` says what the payload is. */
export interface BinaryFrame extends DataFrame {
  kind: 'binary';
  topic: string;
  /** Set when it answers a request. */
  id?: string;
  payload: Uint8Array;
}

export type JsonDataFrame = RequestFrame | CancelFrame | ResponseFrame | ErrorFrame | PushFrame;
export type ControlFrame =
  HelloFrame | WelcomeFrame | AckFrame | EventFrame | GapFrame | PingFrame | ClientHereFrame | ClientLeftFrame;
export type Frame = JsonDataFrame | ControlFrame | BinaryFrame;

/** Closing codes of the client's WebSocket, and whether to come back. */
export const closeCodes = {
  normal: {
    code: 1000,
    comeBack: 'no',
    meaning: 'closed by the client, or its newer connection took the place of this one',
  },
  protocolError: { code: 1002, comeBack: 'no', meaning: 'a frame was not valid' },
  invalidText: { code: 1007, comeBack: 'no', meaning: 'a text frame was not UTF-8' },
  frameTooLarge: { code: 1009, comeBack: 'no', meaning: 'a frame was larger than allowed' },
  relayLeaving: { code: 1012, comeBack: 'now', meaning: 'the relay is leaving' },
  slowClient: { code: 1013, comeBack: 'later', meaning: 'the client read too slowly' },
  notAuthenticated: {
    code: 4401,
    comeBack: 'new-ticket',
    meaning: 'the ticket is unknown, used or too old, or the token was revoked',
  },
  notYours: { code: 4403, comeBack: 'no', meaning: 'the client id belongs to somebody else' },
  sessionEnded: { code: 4404, comeBack: 'no', meaning: 'the session has ended' },
  heartbeatMissed: { code: 4408, comeBack: 'now', meaning: 'no heartbeat was seen in time' },
  holderUnavailable: { code: 4503, comeBack: 'later', meaning: 'the session cannot be reached now' },
} as const;

/**
 * Frames and streams of `muster.v1`, for all three ends: client library, relay, worker SDK. Pure, and a browser can load it.
 *
 * How a stream opens, between a client C and a worker W with the SDK, through any relay:
 * 1. C sends `hello`; the relay sends W `client-here {client, received, credit, connection}` (`received` as C's hello said for
 *    this role and incarnation, else 0) and answers C with `welcome`.
 * 2. W answers `ack {client, received, credit, opens: true}`; the relay passes it on. Now C sends (and repeats) what lies
 *    beyond `received`, and W sends what lies beyond C's `received`.
 * 3. Data frames are passed on untouched; towards W with the client added ({@link withClient}, {@link withBinaryClient}).
 *    Acks and gaps are passed on between the two ends as well: the relay keeps no stream.
 * 4. A new connection of C, a new connection between relay and W, and a new incarnation of W all begin again at 1; for the last
 *    two the relay remembers the `received` of C's last ack to this role and incarnation.
 * 5. `client-away` when C's connection is lost, `client-gone` when C closed for good.
 * For a worker without the SDK the relay is the stream's other end: it sends the opening ack and keeps the ledgers itself.
 */
export { type Encoded, isLargerThan, sizeOf } from './encoded.js';
export { frameLimits, streamDefaults } from './limits.js';
export {
  type BinaryHeadResult,
  type BinaryResult,
  decodeBinary,
  decodeBinaryHead,
  encodeBinary,
  FrameMemberTooLong,
  withBinaryClient,
} from './binary-frame.js';
export { type ParseResult, parseFrame, type TextFrame } from './parse-frame.js';
export { encodeText, encodeWithJson } from './encode-frame.js';
export { clientAtEnd, forwardable, type FrameHead, type HeadResult, withClient } from './forwardable.js';
export { CreditWindow } from './credit.js';
export { type Arrival, ReceiveLedger } from './receive-ledger.js';
export { type LostRange, StreamLedger, type StreamLedgerOptions } from './stream-ledger.js';
export { writeTogether } from './write-together.js';

/** A frame as it goes over a WebSocket: text, or bytes of a binary frame. */
export type Encoded = string | Uint8Array;

/** What a frame costs in credit and buffers, in bytes; text counts its UTF-16 units, which is exact for ASCII and cheap for all. */
export function sizeOf(encoded: Encoded): number {
  return typeof encoded === 'string' ? encoded.length : encoded.byteLength;
}

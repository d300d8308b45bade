/** A frame as it goes over a WebSocket: text, or bytes of a binary frame. */
export type Encoded = string | Uint8Array;

/** What a frame costs in credit and buffers, in bytes; text counts its UTF-16 units, which is exact for ASCII and cheap for all. */
export function sizeOf(encoded: Encoded): number {
  return typeof encoded === 'string' ? encoded.length : encoded.byteLength;
}

const mostBytesPerUnit = 3;

/** Whether it is larger than this on the wire, where text is UTF-8; counted only where that may be. */
export function isLargerThan(encoded: Encoded, maxBytes: number): boolean {
  const units = sizeOf(encoded);
  if (typeof encoded !== 'string' || units > maxBytes) return units > maxBytes;
  return units * mostBytesPerUnit > maxBytes && new TextEncoder().encode(encoded).byteLength > maxBytes;
}

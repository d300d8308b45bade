/** Bounds of every member of a frame. Names and ids in UTF-16 units, numbers inclusive. */
export const frameLimits = {
  role: 63,
  id: 128,
  action: 128,
  topic: 255,
  client: 64,
  nonce: 128,
  traceparent: 64,
  streams: 256,
  incarnation: 0xffff_ffff,
  seq: Number.MAX_SAFE_INTEGER,
} as const;

/** Defaults of the streams' buffers and windows, in bytes. */
export const streamDefaults = {
  /** What one end lets the other have under way per client and role. */
  windowBytes: 1024 * 1024,
  /** What a sender keeps per stream, sent or not, before it declares a gap. */
  bufferBytes: 8 * 1024 * 1024,
  maxFrameBytes: 16 * 1024 * 1024,
} as const;

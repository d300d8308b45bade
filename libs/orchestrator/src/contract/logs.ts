export interface LogOptions {
  /** Go on until the workload ends or the signal aborts; otherwise end after what is there now. */
  readonly follow: boolean;
  /** Begin with the last lines only, of both streams together. Default: everything that was kept. */
  readonly tailLines?: number;
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** Without its line end. Lines over 64 KiB come in parts. */
  readonly text: string;
  /** Bytes of this stream that were dropped just before this line; `text` then says so to a person. */
  readonly droppedBytes?: number;
}

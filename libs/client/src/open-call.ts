export interface Progress {
  /** 0 to 1. */
  done?: number;
  text: string;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** It may be done twice: it is sent again to a restarted worker instead of ending with `worker-restarted`. */
  idempotent?: boolean;
  onProgress?(progress: Progress): void;
  /** W3C trace context to go on with. */
  traceparent?: string;
}

/** A request whose answer is awaited. */
export interface OpenCall extends CallOptions {
  id: string;
  action: string;
  body: unknown;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

import { closeSync, openSync, readSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { OutputPiece } from './protocol.js';

/** What must be remembered of one stream's files to read them by logical position. */
export interface OutputState {
  /** Bytes that were dropped before the older file. */
  dropped: number;
  /** Size of the older file. */
  older: number;
  /** Bytes between the older and the newer file that were printed during the rotation itself, and lost. */
  lost: number;
}

/**
 * One stream of a workload: the child appends to a file directly, so it is never blocked by us and keeps its output when we
 * die. `rotate` keeps the newest half of the limit in a second file and empties the first; what the child writes between
 * two looks is the only overshoot on disk. Positions stay true: every byte has one, also those that were dropped.
 */
export class OutputFile {
  constructor(
    readonly path: string,
    private readonly maxBytes: number,
    readonly state: OutputState,
  ) {}

  /** Logical end of the stream. */
  end(): number {
    return this.newerStart + sizeOf(this.path);
  }

  /** Returns true if it had to drop or move something; `state` has then changed. */
  rotate(): boolean {
    const size = sizeOf(this.path);
    const half = Math.max(1, Math.floor(this.maxBytes / 2));
    if (size <= half) return false;
    const kept = readBytes(this.path, size - half, half);
    // Close together, since what the child writes between these two calls is not even counted.
    const lost = sizeOf(this.path) - size;
    truncateSync(this.path, 0);
    const older = this.writeOlder(kept);
    this.state.dropped = this.newerStart + size - older;
    this.state.older = older;
    this.state.lost = lost;
    return true;
  }

  /** At most `maxBytes` from the logical position `from`, or from the oldest that is left. Empty only at the end. */
  read(from: number, maxBytes: number): OutputPiece {
    const olderEnd = this.state.dropped + this.state.older;
    if (from < olderEnd) {
      const at = Math.max(from, this.state.dropped);
      const bytes = readBytes(this.olderPath, at - this.state.dropped, Math.min(maxBytes, olderEnd - at));
      // After a loss of power there may be less of it than we wrote down.
      if (bytes.length > 0) return pieceOf(at, bytes);
    }
    const at = Math.max(from, this.newerStart);
    return pieceOf(at, readBytes(this.path, at - this.newerStart, maxBytes));
  }

  /** The last bytes of the stream as text. */
  tail(maxBytes: number): string {
    const end = this.end();
    let [from, text] = [Math.max(this.state.dropped, end - maxBytes), ''];
    while (from < end) {
      const piece = this.read(from, maxBytes);
      if (piece.bytes === 0) break;
      text += Buffer.from(piece.base64, 'base64').toString('utf8');
      from = piece.at + piece.bytes;
    }
    return text;
  }

  /** Returns the bytes written: none if the disk is full. */
  private writeOlder(bytes: Buffer): number {
    try {
      writeFileSync(this.olderPath, bytes, { mode: 0o600 });
      return bytes.length;
    } catch {
      return 0;
    }
  }

  private get newerStart(): number {
    return this.state.dropped + this.state.older + this.state.lost;
  }

  private get olderPath(): string {
    return `${this.path}.older`;
  }
}

function pieceOf(at: number, bytes: Buffer): OutputPiece {
  return { at, base64: bytes.toString('base64'), bytes: bytes.length };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function readBytes(path: string, position: number, maxBytes: number): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(maxBytes, sizeOf(path) - position)));
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, position));
  } finally {
    closeSync(file);
  }
}

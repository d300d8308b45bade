import { closeSync, fstatSync, ftruncateSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
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

/** A file that grows without a pause is cut when it has so many times what is kept. */
const floodFactor = 16;
/** So often a cut looks for what was written meanwhile; each time there is less. */
const mostLooks = 100;

/**
 * One stream of a workload: the child appends to a file directly, so it is never blocked by us and keeps its output when we
 * die. `rotate` keeps the newest half of the limit in a second file and empties the first, in a pause of the child if
 * there is one. On disk is more only of a child that does not pause, and of what is written between two looks. Positions stay true: every byte has one, also those that were dropped.
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
    const half = Math.max(1, Math.floor(this.maxBytes / 2));
    if (sizeOf(this.path) <= half) return false;
    const taken = this.takeNewest(half);
    if (taken === undefined) return false;
    const { kept, size, lost } = taken;
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

  /**
   * Empties the file and answers its newest bytes, and the size that they ended at. Undefined while the child goes on writing
   * meanwhile: it is left to the next look, until the file is so large that it is cut all the same. Then only is something
   * lost: what the child writes in the very moment of the cut.
   */
  private takeNewest(maxBytes: number): { kept: Buffer; size: number; lost: number } | undefined {
    const file = openSync(this.path, 'r+');
    try {
      let size = fstatSync(file).size;
      let kept = readFrom(file, size - maxBytes, maxBytes);
      for (let looks = 0; looks < mostLooks; looks += 1) {
        const more = readFrom(file, size, maxBytes);
        if (more.length === 0) break;
        if (size < floodFactor * this.maxBytes) return undefined;
        size += more.length;
        kept = Buffer.concat([kept, more]).subarray(-maxBytes);
      }
      const lost = fstatSync(file).size - size;
      ftruncateSync(file, 0);
      return { kept, size, lost };
    } finally {
      closeSync(file);
    }
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
    return readFrom(file, position, maxBytes);
  } finally {
    closeSync(file);
  }
}

function readFrom(file: number, position: number, maxBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(maxBytes, fstatSync(file).size - position)));
  return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, position));
}

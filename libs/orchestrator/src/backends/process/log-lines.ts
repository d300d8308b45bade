import type { LogLine } from '../../contract/logs.js';
import { LineSplitter } from '../line-splitter.js';
import type { OutputPiece } from './keeper/protocol.js';

/** Makes lines of the pieces of one stream, and says where bytes are missing. */
export class PieceReader {
  /** Where the next piece is expected. */
  position = 0;
  private readonly splitter: LineSplitter;

  constructor(private readonly stream: LogLine['stream']) {
    this.splitter = new LineSplitter(stream);
  }

  push(piece: OutputPiece): LogLine[] {
    const dropped = piece.at - this.position;
    this.position = piece.at + piece.bytes;
    const before = dropped > 0 ? [...this.end(), this.gap(dropped)] : [];
    return [...before, ...this.splitter.add(Buffer.from(piece.base64, 'base64'))];
  }

  /** What is left without a line end. */
  end(): LogLine[] {
    return this.splitter.end();
  }

  private gap(droppedBytes: number): LogLine {
    return { stream: this.stream, text: `[${droppedBytes} bytes of older output were dropped]`, droppedBytes };
  }
}

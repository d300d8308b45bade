import { StringDecoder } from 'node:string_decoder';
import type { LogLine } from '../../contract/logs.js';
import type { OutputPiece } from './keeper/protocol.js';

const maxLineChars = 64 * 1024;

/** Makes lines of the pieces of one stream, and says where bytes are missing. */
export class LineSplitter {
  /** Where the next piece is expected. */
  position = 0;
  private decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(private readonly stream: LogLine['stream']) {}

  push(piece: OutputPiece): LogLine[] {
    const dropped = piece.at - this.position;
    this.position = piece.at + piece.bytes;
    const before = dropped > 0 ? [...this.end(), this.gap(dropped)] : [];
    const lines = (this.rest + this.decoder.write(Buffer.from(piece.base64, 'base64'))).split('\n');
    this.rest = lines.pop() ?? '';
    return [...before, ...lines.flatMap((line) => this.lines(line)), ...this.overlong()];
  }

  /** What is left without a line end. */
  end(): LogLine[] {
    const rest = this.rest + this.decoder.end();
    this.rest = '';
    this.decoder = new StringDecoder('utf8');
    return rest === '' ? [] : this.lines(rest);
  }

  private overlong(): LogLine[] {
    if (this.rest.length < maxLineChars) return [];
    const whole = this.rest.length - (this.rest.length % maxLineChars);
    const lines = this.lines(this.rest.slice(0, whole));
    this.rest = this.rest.slice(whole);
    return lines;
  }

  private lines(text: string): LogLine[] {
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines: LogLine[] = [];
    for (let at = 0; at === 0 || at < line.length; at += maxLineChars)
      lines.push({ stream: this.stream, text: line.slice(at, at + maxLineChars) });
    return lines;
  }

  private gap(droppedBytes: number): LogLine {
    return { stream: this.stream, text: `[${droppedBytes} bytes of older output were dropped]`, droppedBytes };
  }
}

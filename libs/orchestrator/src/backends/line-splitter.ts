import { StringDecoder } from 'node:string_decoder';
import type { LogLine } from '../contract/logs.js';

const maxLineChars = 64 * 1024;

/** Makes lines of the bytes of one stream, however they are cut into pieces. */
export class LineSplitter {
  private decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(private readonly stream: LogLine['stream']) {}

  add(bytes: Buffer): LogLine[] {
    const lines = (this.rest + this.decoder.write(bytes)).split('\n');
    this.rest = lines.pop() ?? '';
    return [...lines.flatMap((line) => this.lines(line)), ...this.overlong()];
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
}

import { Paint } from './paint.js';
import type { Terminal } from './terminal.js';

/** What a command says: tables and sentences for people, or JSON for programs. */
export class Output {
  readonly paint: Paint;

  constructor(
    private readonly terminal: Terminal,
    options: { isJson: boolean; hasColours: boolean },
  ) {
    this.isJson = options.isJson;
    this.paint = new Paint(options.hasColours && !options.isJson);
  }

  readonly isJson: boolean;

  /** The one answer of a command. `text` ends with a line break. */
  document(value: unknown, text: () => string): void {
    this.terminal.write(this.isJson ? `${JSON.stringify(value, undefined, 2)}\n` : text());
  }

  /** One of many: a JSON line, or the line for people; undefined = nothing worth a line. */
  event(value: unknown, text: () => string | undefined): void {
    if (this.isJson) return this.terminal.write(`${JSON.stringify(value)}\n`);
    const line = text();
    if (line !== undefined) this.terminal.write(`${line}\n`);
  }

  /** Like an event, but for people on standard error. `text` ends with a line break. */
  failure(value: unknown, text: () => string): void {
    if (this.isJson) this.terminal.write(`${JSON.stringify(value)}\n`);
    else this.terminal.writeError(text());
  }

  /** What helps a person and is no part of the answer: on standard error, and nothing for programs. */
  hint(text: string): void {
    if (!this.isJson) this.terminal.writeError(`${this.paint.quiet(text)}\n`);
  }
}

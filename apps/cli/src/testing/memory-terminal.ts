import type { Terminal } from '../output/terminal.js';

/** A terminal in memory: keeps what was written, answers questions from a list. */
export class MemoryTerminal implements Terminal {
  written = '';
  errors = '';
  readonly questions: string[] = [];
  isTerminal = false;
  isTyped = false;
  hasColours = false;
  columns = 100;

  /** `input`: the lines of standard input, or the answers of the person. */
  constructor(private readonly input: string[] = []) {}

  write(text: string): void {
    this.written += text;
  }

  writeError(text: string): void {
    this.errors += text;
  }

  ask(question: string): Promise<string> {
    this.questions.push(question);
    return Promise.resolve(this.input.shift() ?? '');
  }

  askSecret(question: string): Promise<string> {
    return this.ask(`${question}(hidden)`);
  }

  async *lines(): AsyncGenerator<string> {
    yield* this.input;
  }

  readAll(): Promise<string> {
    return Promise.resolve(this.input.join('\n'));
  }
}

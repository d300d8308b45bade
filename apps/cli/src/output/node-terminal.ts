import { createInterface, type Interface } from 'node:readline/promises';
import { text as textOf } from 'node:stream/consumers';
import { Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { CliError } from '../cli-error.js';
import type { Environment } from '../context.js';
import type { Terminal } from './terminal.js';

interface Streams {
  input: NodeJS.ReadStream | ReadStream;
  output: WriteStream;
  errors: WriteStream;
}

const usualColumns = 80;

/** The streams of this process. Questions go to standard error, so that answers can be piped on. */
export class NodeTerminal implements Terminal {
  readonly hasColours: boolean;
  #typing: Interface | undefined;

  constructor(
    private readonly streams: Streams,
    environment: Environment,
  ) {
    const isOff = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
    this.hasColours = this.isTerminal && !isOff;
  }

  get isTerminal(): boolean {
    return this.streams.output.isTTY === true;
  }

  get isTyped(): boolean {
    return this.streams.input.isTTY === true;
  }

  get columns(): number {
    return this.streams.output.columns ?? usualColumns;
  }

  /** Above the line that a person is typing, if one is. */
  write(text: string): void {
    const { output, errors } = this.streams;
    if (this.#typing !== undefined) errors.write('\r\u001B[K');
    output.write(text);
    this.#typing?.prompt(true);
  }

  writeError(text: string): void {
    this.streams.errors.write(text);
  }

  async ask(question: string): Promise<string> {
    const { input, errors } = this.streams;
    return answerOf(createInterface({ input, output: errors, terminal: this.isTyped }), question);
  }

  async askSecret(question: string): Promise<string> {
    const { input, errors } = this.streams;
    // Before the question: who types at once must not see it either. The reader keeps the mode until it is closed.
    if (this.isTyped) input.setRawMode(true);
    errors.write(question);
    // What is typed is written to nowhere.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({ input, output: nowhere, terminal: this.isTyped });
    return answerOf(reader, '').finally(() => errors.write('\n'));
  }

  async *lines(prompt: string): AsyncGenerator<string> {
    const { input, errors } = this.streams;
    const reader = createInterface({ input, output: errors, terminal: this.isTyped, prompt });
    // Ctrl-C is for whoever handles it in this process.
    reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    if (this.isTyped) this.#typing = reader;
    this.#typing?.prompt();
    try {
      for await (const line of reader) {
        yield line;
        this.#typing?.prompt();
      }
    } finally {
      this.#typing = undefined;
      reader.close();
    }
  }

  readAll(): Promise<string> {
    return textOf(this.streams.input);
  }
}

/** The end of the input is an empty answer, Ctrl-C an interruption. */
async function answerOf(reader: Interface, question: string): Promise<string> {
  const ended = new Promise<string>((resolve, reject) => {
    reader.once('SIGINT', () => reject(new CliError('interrupted', 'Ctrl-C')));
    reader.once('close', () => resolve(''));
  });
  const answer = reader.question(question);
  // Closing ends a question that was not answered with an error of its own.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, ended]);
  } finally {
    reader.close();
  }
}

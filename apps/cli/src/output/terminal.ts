/** Where a command reads and writes: a terminal, files and pipes, or the memory of a test. */
export interface Terminal {
  /** Text as it stands, to standard output. */
  write(text: string): void;
  /** Text as it stands, to standard error. */
  writeError(text: string): void;
  /** Whether a person sees standard output. */
  readonly isTerminal: boolean;
  /** Whether a person types standard input. */
  readonly isTyped: boolean;
  readonly hasColours: boolean;
  readonly columns: number;
  /** One line of a person. */
  ask(question: string): Promise<string>;
  /** One line of a person that is not shown. */
  askSecret(question: string): Promise<string>;
  /** The lines of standard input until it ends; a person sees the prompt. */
  lines(prompt: string): AsyncIterable<string>;
  /** All of standard input. */
  readAll(): Promise<string>;
}

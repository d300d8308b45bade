import type { LogLine, WorkloadExit, WorkloadSpec, WorkloadState, WorkloadStatus } from '@muster/orchestrator';

const tailChars = 4096;
const tailLines = 100;

/** How a fake workload behaves once it runs; called anew for each workload. Default: it runs until it is asked to end. */
export type FakeProgram = (workload: FakeWorkload) => void;

/** One workload of the fake back end, to be played by a program or by the test itself. */
export class FakeWorkload {
  state: WorkloadState = 'starting';
  exit: WorkloadExit | undefined;
  isStopped = false;
  /** Where workloads have addresses of their own. */
  address: string | undefined;
  /** Where the back end looks whether a program answers. */
  ready: boolean | undefined;
  readonly lines: LogLine[] = [];
  private dropped = 0;
  private droppedLines = 0;
  private keptChars = 0;
  private onTerm: () => void = () => this.end({ code: 0 });
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly spec: WorkloadSpec,
    private readonly startedAt: string,
    private readonly onChange: (workload: FakeWorkload) => void,
  ) {}

  status(): WorkloadStatus {
    const { id, kind, ownership, booking } = this.spec;
    const { state, startedAt, exit, address, ready } = this;
    const handle = { version: 1, backend: 'process', id } as const;
    return {
      handle,
      id,
      kind,
      ownership,
      booking,
      state,
      startedAt,
      ...(exit && { exit }),
      ...(address && { address }),
      ...(ready !== undefined && { ready }),
    };
  }

  run(program: FakeProgram): void {
    this.state = 'running';
    this.onChange(this);
    program(this);
  }

  /** What the back end sees when it looks whether it answers. */
  answers(ready: boolean): void {
    this.ready = ready;
    this.onChange(this);
  }

  /** Prints whole lines; the oldest are dropped beyond the spec's bound. */
  print(text: string, stream: LogLine['stream'] = 'stdout'): void {
    for (const line of text.split('\n')) {
      this.lines.push({ stream, text: line });
      this.keptChars += line.length + 1;
    }
    while (this.keptChars > (this.spec.maxOutputBytes ?? Infinity)) this.dropOldest();
    this.tell();
  }

  /** What it does when asked to end politely; default: exits 0. */
  whenAskedToEnd(onTerm: () => void): void {
    this.onTerm = onTerm;
  }

  askToEnd(): void {
    if (this.state === 'running') this.onTerm();
  }

  /** Ends it: a code as if by itself, a signal as if killed. */
  end(how: { code: number } | { signal: string } | { reason: 'out-of-memory' | 'lost' }): void {
    if (this.state === 'exited') return;
    const reason = 'reason' in how ? how.reason : 'signal' in how ? 'signal' : 'exit';
    this.state = 'exited';
    this.exit = {
      code: 'code' in how ? how.code : null,
      signal: 'signal' in how ? how.signal : null,
      reason: this.isStopped ? 'stopped' : reason,
      outputTail: this.tail(),
      endedAt: this.startedAt,
    };
    this.onChange(this);
    this.tell();
  }

  /** What was printed after so many lines, with a note of what was dropped; and how many lines were printed by now. */
  outputAfter(lines: number): { news: LogLine[]; printed: number } {
    const printed = this.droppedLines + this.lines.length;
    if (lines >= this.droppedLines) return { news: this.lines.slice(lines - this.droppedLines), printed };
    const text = `[${this.dropped} bytes of older output were dropped]`;
    return { news: [{ stream: 'stdout', text, droppedBytes: this.dropped }, ...this.lines], printed };
  }

  /** Resolves with the next line or the end. */
  async change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const once = (): void => {
        this.listeners.delete(once);
        signal.removeEventListener('abort', once);
        resolve();
      };
      this.listeners.add(once);
      signal.addEventListener('abort', once);
    });
  }

  private tail(): string {
    const lines = this.lines.slice(-tailLines).map(({ text }) => `${text}\n`);
    return lines.join('').slice(-tailChars);
  }

  private dropOldest(): void {
    const bytes = (this.lines.shift()?.text.length ?? 0) + 1;
    this.dropped += bytes;
    this.droppedLines += 1;
    this.keptChars -= bytes;
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

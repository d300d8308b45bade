import type { Readable } from 'node:stream';

export type LogLine = Record<string, unknown>;

const keptCharacters = 4_000_000;

/** What a process writes: kept as text, and as the JSON lines of its log. */
export class LogWatch {
  readonly lines: LogLine[] = [];
  private kept = '';
  private readonly waiting = new Set<() => void>();

  constructor(streams: readonly (Readable | null)[]) {
    for (const stream of streams) this.follow(stream);
  }

  get text(): string {
    return this.kept;
  }

  /** The first line that fits, now or later. */
  async next(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  private follow(stream: Readable | null): void {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      this.kept = (this.kept + chunk).slice(-keptCharacters);
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines.flatMap(parsed));
      for (const wake of this.waiting) wake();
      this.waiting.clear();
    });
  }
}

function parsed(line: string): LogLine[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}

import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Ids of workloads to remember, in a file of one id per line. Bounded: beyond `kept`, the oldest are forgotten. */
export class IdFile {
  private readonly ids: Set<string>;
  private lines: number;

  constructor(
    private readonly path: string,
    private readonly kept: number,
  ) {
    const known = readLines(this.path);
    this.lines = known.length;
    this.ids = new Set(known.slice(-kept));
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  add(id: string): void {
    if (this.ids.has(id)) return;
    this.ids.add(id);
    for (const oldest of this.ids) {
      if (this.ids.size <= this.kept) break;
      this.ids.delete(oldest);
    }
    this.write(id);
  }

  /** A full disk must not keep a workload from being stopped; then only this process remembers the id. */
  private write(id: string): void {
    try {
      appendFileSync(this.path, `${id}\n`, { mode: 0o600 });
      this.lines += 1;
      if (this.lines > 2 * this.kept) this.compact();
    } catch (error) {
      process.stderr.write(`id ${id} not written in ${this.path}: ${String(error)}\n`);
    }
  }

  private compact(): void {
    const next = `${this.path}.next`;
    writeFileSync(next, [...this.ids, ''].join('\n'), { mode: 0o600 });
    renameSync(next, this.path);
    this.lines = this.ids.size;
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

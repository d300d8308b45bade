import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** When each image that was pulled here was last used; others on the engine are not ours to remove. */
export class PulledImages {
  private readonly lastUsed: Map<string, number>;

  constructor(private readonly path: string) {
    this.lastUsed = new Map(readEntries(path));
  }

  has(reference: string): boolean {
    return this.lastUsed.has(reference);
  }

  add(reference: string, now: number): void {
    this.lastUsed.set(reference, now);
    this.write();
  }

  /** Does nothing for images that were not pulled here. */
  used(reference: string, now: number): void {
    if (this.has(reference)) this.add(reference, now);
  }

  remove(reference: string): void {
    if (this.lastUsed.delete(reference)) this.write();
  }

  unusedSince(time: number): string[] {
    return [...this.lastUsed].filter(([, at]) => at <= time).map(([reference]) => reference);
  }

  /** If it cannot be written, an image may stay for ever: no reason to stop a workload from starting. */
  private write(): void {
    try {
      writeFileSync(`${this.path}.next`, JSON.stringify(Object.fromEntries(this.lastUsed)), { mode: 0o600 });
      renameSync(`${this.path}.next`, this.path);
    } catch (error) {
      process.stderr.write(`pulled images not written: ${String(error)}\n`);
    }
  }
}

function readEntries(path: string): [string, number][] {
  try {
    return Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>);
  } catch {
    return [];
  }
}

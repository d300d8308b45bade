/** Two streams are written side by side, so that their times are a little out of order. */
const overlapSeconds = 1;

/**
 * How far output was read, so that reading can go on after a loss without a gap and without saying anything twice. The node's
 * times are used as names of places only: compared with each other, never with a clock.
 */
export class LogPlace {
  private newest = '';
  /** How many lines of a time were read, for the times that another reading would begin with. */
  private read = new Map<string, number>();
  /** The same of this reading. */
  private passed = new Map<string, number>();
  private isNewLine = true;

  /** Begins another reading: from this time on, in whole seconds as the cluster takes it. Undefined: from the beginning. */
  since(): string | undefined {
    this.passed = new Map();
    return this.newest === '' ? undefined : secondsBefore(this.newest, overlapSeconds);
  }

  /** The line without its time; undefined if it was read before. The later parts of a long line have no time of their own. */
  take(text: string): string | undefined {
    const [stamp, time] = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)) /.exec(text) ?? [];
    if (stamp === undefined || time === undefined) return this.isNewLine ? text : undefined;
    this.isNewLine = this.isNew(time);
    return this.isNewLine ? text.slice(stamp.length) : undefined;
  }

  private isNew(time: string): boolean {
    const passed = (this.passed.get(time) ?? 0) + 1;
    this.passed.set(time, passed);
    if (passed <= (this.read.get(time) ?? 0)) return false;
    this.read.set(time, passed);
    if (time > this.newest) this.advance(time);
    return true;
  }

  private advance(time: string): void {
    const isNewSecond = !time.startsWith(this.newest.slice(0, 19) || ' ');
    this.newest = time;
    if (!isNewSecond) return;
    const oldest = secondsBefore(time, 2 * overlapSeconds);
    for (const times of [this.read, this.passed])
      for (const each of times.keys()) if (each < oldest) times.delete(each);
  }
}

function secondsBefore(time: string, seconds: number): string {
  return new Date(Math.floor(Date.parse(time) / 1000 - seconds) * 1000).toISOString();
}

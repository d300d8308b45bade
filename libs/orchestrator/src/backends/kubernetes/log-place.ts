/**
 * How far output was read, so that reading can go on after a loss without a gap and without saying anything twice. The node's
 * times are used as names of places only: compared with each other, never with a clock.
 */
export class LogPlace {
  private last = '';
  /** Lines of that last time that were read, and how many of them this reading has come by. */
  private read = 0;
  private passed = 0;
  private isNewLine = true;

  /** Begins another reading: from this time on, in whole seconds as the cluster takes it. */
  since(): string | undefined {
    this.passed = 0;
    return this.last === '' ? undefined : new Date(Math.floor(Date.parse(this.last) / 1000) * 1000).toISOString();
  }

  /** The line without its time; undefined if it was read before. The later parts of a long line have no time of their own. */
  take(text: string): string | undefined {
    const [stamp, time] = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)) /.exec(text) ?? [];
    if (stamp === undefined || time === undefined) return this.isNewLine ? text : undefined;
    this.isNewLine = this.isNew(time);
    return this.isNewLine ? text.slice(stamp.length) : undefined;
  }

  private isNew(time: string): boolean {
    if (time < this.last) return false;
    if (time > this.last) {
      this.last = time;
      this.read = this.passed = 1;
      return true;
    }
    this.passed += 1;
    if (this.passed <= this.read) return false;
    this.read = this.passed;
    return true;
  }
}

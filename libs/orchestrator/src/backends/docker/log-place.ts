import type { LogQuery } from './docker-api.js';
import type { Frame } from './log-frames.js';

/** Two streams are written side by side, so that their times may be a little out of order. */
const overlapSeconds = 1;
const longestTime = 35;

/**
 * How far output was read, so that reading can go on elsewhere without a gap and without saying anything twice. The engine's
 * times are used as names of places only: compared with each other, never with a clock.
 */
export class LogPlace {
  private readonly streams = { stdout: new StreamPlace(), stderr: new StreamPlace() };

  /** Begins another reading. */
  query(tailLines: number | undefined): Pick<LogQuery, 'tail' | 'since'> {
    const places = Object.values(this.streams);
    for (const place of places) place.readAgain();
    const last = places.map((place) => place.last).sort()[1];
    if (last === undefined || last === '') return tailLines === undefined ? {} : { tail: tailLines };
    return { since: Math.floor(Date.parse(last) / 1000) - overlapSeconds };
  }

  /** The piece without its time; undefined if it was read before, or is the engine's own complaint amid the output. */
  take({ stream, bytes }: Frame): Frame | undefined {
    const [time] = /^\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(bytes.toString('latin1', 0, longestTime)) ?? [];
    if (time === undefined || !this.streams[stream].isNew(time)) return undefined;
    return { stream, bytes: bytes.subarray(time.length + 1) };
  }
}

class StreamPlace {
  last = '';
  /** Pieces of that last time that were read, and how many of them this reading has come by. */
  private read = 0;
  private passed = 0;

  readAgain(): void {
    this.passed = 0;
  }

  isNew(time: string): boolean {
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

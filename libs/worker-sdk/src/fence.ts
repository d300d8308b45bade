import { timingSafeEqual } from 'node:crypto';
import { MusterError, workerHeaders } from '@muster/contracts/wire';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Who may call this worker: the holder, the relay and peers of its session, with its accept token and a current epoch. */
export class Fence {
  #epoch = 0;

  constructor(
    private readonly sessionId: string,
    private readonly incarnation: number,
  ) {}

  get epoch(): number {
    return this.#epoch;
  }

  /**
   * A command of the holder is followed: nothing of an older epoch from now on. Throws `stale` when a newer one was followed
   * while this one was on its way.
   */
  raise(epoch: number): void {
    if (!Number.isSafeInteger(epoch)) return;
    this.#requireCurrent(epoch);
    this.#epoch = epoch;
  }

  /** Throws `not-authenticated`, `invalid-request` or `stale` (with `seen`). */
  check(headers: Headers, acceptToken: string): void {
    if (!isSame(String(headers['authorization'] ?? ''), `Bearer ${acceptToken}`))
      throw new MusterError('not-authenticated', "the call does not carry this worker's accept token");
    if (headers[workerHeaders.session] !== this.sessionId)
      throw new MusterError('stale', 'this worker belongs to another session', { extensions: { seen: this.#seen() } });
    const epoch = integerOf(headers, workerHeaders.epoch);
    const incarnation = integerOf(headers, workerHeaders.incarnation);
    this.#requireCurrent(epoch);
    if (incarnation !== this.incarnation)
      throw new MusterError('stale', 'another incarnation is meant', { extensions: { seen: this.#seen() } });
  }

  #requireCurrent(epoch: number): void {
    if (epoch < this.#epoch)
      throw new MusterError('stale', 'a newer epoch is known', { extensions: { seen: this.#seen() } });
  }

  #seen(): { epoch: number; incarnation: number } {
    return { epoch: this.#epoch, incarnation: this.incarnation };
  }
}

function integerOf(headers: Headers, name: string): number {
  const value = headers[name];
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  throw new MusterError('invalid-request', `the header ${name} must be an integer`);
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

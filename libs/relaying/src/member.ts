import type { HelloFrame } from '@muster/contracts';
import type { Encoded } from '@muster/relay';
import type { ClientConnection } from './client-connection.js';

/** Where a client stands in the stream from one incarnation of a role. */
export interface Position {
  incarnation: number;
  received: number;
  credit: number;
}

const maxRefusalRows = 64;

/** A client of a session on this relay, through all its connections. */
export class Member {
  connection: ClientConnection | undefined;
  /** Of its newest connection here. */
  connectionNumber: number | undefined;
  cancelForget: (() => void) | undefined;
  readonly #positions = new Map<string, Position>();
  readonly #refusals = new Map<string, number>();
  #defaultCredit = 0;

  constructor(
    readonly id: string,
    private readonly maxCredit: number,
  ) {}

  /** What the client says of itself counts more than what was remembered. */
  arrive(connection: ClientConnection, hello: HelloFrame): void {
    this.cancelForget?.();
    this.connection = connection;
    this.connectionNumber = connection.number;
    this.#defaultCredit = this.creditOf(hello.credit ?? this.maxCredit);
    this.#positions.clear();
    for (const { role, incarnation, received } of hello.streams)
      this.#positions.set(role, { incarnation, received, credit: this.#defaultCredit });
  }

  positionOf(role: string, incarnation: number): Position {
    const known = this.#positions.get(role);
    if (known?.incarnation === incarnation) return known;
    return { incarnation, received: 0, credit: this.#defaultCredit };
  }

  /** The stream of this role begins at 1. */
  begin(role: string): void {
    this.#positions.delete(role);
  }

  acknowledged(role: string, { incarnation, received, credit }: Position): void {
    this.#positions.set(role, { incarnation, received, credit: this.creditOf(credit) });
  }

  /** Numbers of answers that come from no worker: one row per stream that does not exist, of the last few only. */
  nextRefusal(role: string, incarnation: number): number {
    const stream = `${incarnation}/${role}`;
    const seq = (this.#refusals.get(stream) ?? 0) + 1;
    this.#refusals.delete(stream);
    this.#refusals.set(stream, seq);
    if (this.#refusals.size > maxRefusalRows) this.#refusals.delete(this.#refusals.keys().next().value ?? '');
    return seq;
  }

  /** No client can have more under way than the relay is ready to hold for it. */
  creditOf(asked: number): number {
    return Math.min(asked, this.maxCredit);
  }

  send(encoded: Encoded): void {
    this.connection?.send(encoded);
  }
}

import { streamDefaults } from './limits.js';

/**
 * A receiver's side of flow control for one stream: how many bytes beyond what was received the sender may have under way.
 * The window shrinks by what arrived and was not yet taken by the application.
 */
export class CreditWindow {
  #held = 0;
  #takenSinceAck = 0;

  constructor(readonly windowBytes: number = streamDefaults.windowBytes) {}

  arrived(bytes: number): void {
    this.#held += bytes;
  }

  /** The application has it (or it was dropped): its room is free again. */
  taken(bytes: number): void {
    this.#held = Math.max(0, this.#held - bytes);
    this.#takenSinceAck += bytes;
  }

  /** What to write into the next ack. */
  get credit(): number {
    return Math.max(0, this.windowBytes - this.#held);
  }

  /** So much was taken since the last ack that the sender should hear of it now rather than with the next tick. */
  get isAckDue(): boolean {
    return this.#takenSinceAck * 4 >= this.windowBytes;
  }

  acknowledged(): void {
    this.#takenSinceAck = 0;
  }

  get heldBytes(): number {
    return this.#held;
  }
}

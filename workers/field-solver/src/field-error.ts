export type FieldErrorCode = 'grid-too-coarse' | 'electrodes-touch' | 'not-converged' | 'invalid-options';

/** A field problem that cannot be solved as it was given; the message says what to change. */
export class FieldError extends Error {
  override readonly name = 'FieldError';

  constructor(
    readonly code: FieldErrorCode,
    message: string,
  ) {
    super(message);
  }
}

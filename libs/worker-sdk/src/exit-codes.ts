/** Why a worker's process ended. */
export const exitCodes = {
  /** It was told to. */
  shutdown: 0,
  /** Its environment is wrong. */
  configuration: 64,
  /** Its port could not be bound. */
  bind: 65,
  /** It never could register. */
  neverRegistered: 69,
  /** The module could not be loaded, or its `onRun` failed. */
  module: 70,
  /** It was registered but never initialised. */
  neverInitialised: 75,
  /** Its session has ended or a newer incarnation exists. */
  fenced: 76,
} as const;

export const sessionStates = [
  'queued',
  'starting',
  'running',
  'degraded',
  'hibernating',
  'hibernated',
  'closing',
  'closed',
  'failed',
] as const;
export type SessionState = (typeof sessionStates)[number];
export const workerStates = ['pending', 'placed', 'starting', 'ready', 'running', 'stopping', 'ended', 'lost'] as const;
export type WorkerState = (typeof workerStates)[number];

/** Phases of a start, in their order. */
export const startPhases = [
  'queued',
  'planned',
  'reserved',
  'process-started',
  'registered',
  'initialised',
  'running',
] as const;
export type StartPhase = (typeof startPhases)[number];

/** Types and constants for code that must stay small (client library, worker SDK): no decorator, no validator is loaded. */
export * from './frames.js';
export * from './ids.js';
export * from './worker-protocol.js';
export { errorCodes, MusterError, type ErrorCode, type MusterErrorOptions, type ProblemDetails } from './errors.js';
export type {
  CreateSession,
  SessionView,
  SessionState,
  WorkerState,
  RoleView,
  QueueView,
  SessionEvent,
  QueueNews,
  SessionNews,
  TicketView,
  PhaseView,
  SessionPage,
  ListSessionsQuery,
} from './sessions.js';
export type { LoginView, UserView } from './auth.js';
export { sessionStates } from './session-states.js';

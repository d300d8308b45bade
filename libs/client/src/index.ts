export {
  closeCodes,
  type CreateSession,
  type ErrorCode,
  type EventFrame,
  MusterError,
  type PeerState,
  type ProblemDetails,
  type SessionEvent,
  type SessionNews,
  type SessionState,
  type SessionView,
} from '@muster/contracts/wire';
export { MusterClient, type MusterClientOptions } from './muster-client.js';
export type { CallOptions, Progress } from './open-call.js';
export type { OutputLine } from './output-lines.js';
export type { Fetch, RestRequest } from './rest-client.js';
export {
  type ConnectionEvents,
  type ConnectionOptions,
  type ConnectionState,
  SessionConnection,
} from './session-connection.js';
export type { FollowOptions } from './session-events.js';
export { type LogsOptions, SessionsApi, type WaitOptions } from './sessions-api.js';
export type { SocketConstructor, SocketLike } from './socket.js';
export { realTimers, type Timers } from './timers.js';

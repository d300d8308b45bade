export { MusterError, type ErrorCode, type InitRequest, type Peer, type ProblemDetails } from '@muster/contracts/wire';
export {
  type Action,
  type ActionContext,
  type Bytes,
  type CallOptions,
  defineWorker,
  isWorkerDefinition,
  type Peers,
  type Progress,
  type SessionInfo,
  type WorkerContext,
  type WorkerDefinition,
} from './definition.js';
export { EnvironmentError, readEnvironment, type WorkerEnvironment } from './environment.js';
export { exitCodes } from './exit-codes.js';
export { createLog, type Log } from './log.js';
export { runWorker, type RunningWorker, type RunOptions } from './run-worker.js';
export { realTimers, type Timers } from './timers.js';
export { warmUp } from './warm-up.js';

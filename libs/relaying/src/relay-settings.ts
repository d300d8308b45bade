import { streamDefaults } from '@muster/relay';

/** Bounds of a relay. Times in ms, sizes in bytes. */
export interface RelaySettings {
  maxSockets: number;
  /** Sockets that have not been welcomed yet. */
  maxWaitingSockets: number;
  /** From the upgrade to `hello`. */
  helloTimeoutMs: number;
  /** From `hello` to `welcome`. */
  openTimeoutMs: number;
  /** A ping each; a connection that is silent for a whole beat after one is dead. Clients and workers. */
  heartbeatMs: number;
  maxFrameBytes: number;
  /** What a client without the SDK's own window gets, per role and direction; the most a client may ask for is this too. */
  windowBytes: number;
  /** The mark: a client with more than this waiting in its socket is slow. */
  slowClientBytes: number;
  /** A client above the mark for so long is closed with 1013. */
  slowClientMs: number;
  /** A client with more than this waiting is closed with 1013 at once. */
  maxClientBytes: number;
  /** A closed socket that does not answer is cut off after this. */
  closeGraceMs: number;
  /** How long a client whose connection was lost is kept. */
  clientResumeMs: number;
  /** A session without clients is left after this. */
  lingerMs: number;
  activityMs: number;
  /** A holder's route stream that is silent for so long counts as lost. */
  routesSilentMs: number;
  /** Waits between attempts (holder, workers) grow from the first to the second. */
  retryFirstMs: number;
  retryLongestMs: number;
  connectTimeoutMs: number;
  /** Longest answer time of a worker without the SDK. */
  executeTimeoutMs: number;
  /** Calls under way per client to one worker without the SDK; others wait. */
  maxCallsUnderWay: number;
}

export const defaultRelaySettings: RelaySettings = {
  maxSockets: 10_000,
  maxWaitingSockets: 1000,
  helloTimeoutMs: 10_000,
  openTimeoutMs: 15_000,
  heartbeatMs: 15_000,
  maxFrameBytes: streamDefaults.maxFrameBytes,
  windowBytes: streamDefaults.windowBytes,
  slowClientBytes: 4 * 1024 * 1024,
  slowClientMs: 10_000,
  maxClientBytes: 64 * 1024 * 1024,
  closeGraceMs: 2000,
  clientResumeMs: 120_000,
  lingerMs: 5000,
  activityMs: 5000,
  routesSilentMs: 30_000,
  retryFirstMs: 100,
  retryLongestMs: 3000,
  connectTimeoutMs: 5000,
  executeTimeoutMs: 240_000,
  maxCallsUnderWay: 16,
};

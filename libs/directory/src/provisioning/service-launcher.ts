/** One of our services to be run beside us. */
export interface ServiceToLaunch {
  /** Unique among those that run. */
  name: string;
  /** Which program it is. */
  program: 'local-directory' | 'session';
  /** Its whole environment: nothing else of ours reaches it. */
  environment: Readonly<Record<string, string>>;
}

export interface ServiceEnd {
  code: number | null;
  signal: string | null;
  /** The last that it printed, where that is not in our own output. */
  outputTail?: string;
}

export interface LaunchedService {
  /** Resolves, never rejects, when it has ended. */
  readonly ended: Promise<ServiceEnd>;
  /** Asks it to end, after `graceMs` by force. Resolves when it has ended; repeatable. */
  stop(graceMs: number): Promise<void>;
}

/** Runs our own services: as processes beside us, as containers, as pods. */
export interface ServiceLauncher {
  /** A program that cannot be started shows as one that has ended. */
  launch(service: ServiceToLaunch): LaunchedService;
}

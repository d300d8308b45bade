import { fork, type ChildProcess } from 'node:child_process';
import type { Clock } from '@muster/platform';

export interface ServiceProcessOptions {
  name: string;
  file: string;
  environment: Readonly<Record<string, string>>;
  clock: Clock;
  /** Told when it ended although nobody stopped it; it is started again after `pauseMs`. */
  onCrash: (exit: { code: number | null; signal: string | null; pauseMs: number }) => void;
  /** Its addresses, at every start. */
  onReady: (message: ReadyMessage) => void;
}

/** What a service says on its channel when it serves. */
export interface ReadyMessage {
  ready: true;
  instance?: string;
  /** Names of the settings that it knows. */
  settings?: string[];
  publicUrl: string;
  internalUrl?: string;
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** A service that ran so long starts anew without a pause from earlier crashes. */
const steadyAfterMs = 30_000;

/** One service as a process of its own, started again when it crashes. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private pauseMs = firstPauseMs;

  constructor(private readonly options: ServiceProcessOptions) {}

  get name(): string {
    return this.options.name;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when it serves for the first time; rejects when it ended before. */
  start(): Promise<ReadyMessage> {
    return new Promise((resolve, reject) =>
      this.launch(resolve, (exit) => reject(new ServiceEnded(this.options.name, exit))),
    );
  }

  async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const cancel = this.options.clock.after(graceMs, () => child.kill('SIGKILL'));
    await ended;
    cancel();
  }

  private launch(onReady: (message: ReadyMessage) => void, onEnd?: (exit: string) => void): void {
    const startedAtMs = this.options.clock.monotonicMs();
    // A process group of its own: Ctrl-C reaches the launcher alone, which then stops everything in order.
    const child = fork(this.options.file, [], {
      detached: true,
      env: { ...this.options.environment },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child = child;
    let ready = false;
    child.on('message', (message: ReadyMessage) => {
      if (message.ready !== true) return;
      ready = true;
      this.options.onReady(message);
      onReady(message);
    });
    child.once('exit', (code, signal) => {
      if (this.stopping) return;
      if (!ready && onEnd !== undefined) onEnd(String(signal ?? code));
      else this.restart({ code, signal }, startedAtMs);
    });
  }

  private restart(exit: { code: number | null; signal: string | null }, startedAtMs: number): void {
    if (this.options.clock.monotonicMs() - startedAtMs > steadyAfterMs) this.pauseMs = firstPauseMs;
    const pauseMs = this.pauseMs;
    this.pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    this.options.onCrash({ ...exit, pauseMs });
    this.options.clock.after(pauseMs, () => {
      if (!this.stopping) this.launch(() => undefined);
    });
  }
}

/** A service that ended before it served: its own output says why. */
export class ServiceEnded extends Error {
  override readonly name = 'ServiceEnded';
  readonly code = 'service-ended';
  constructor(service: string, exit: string) {
    super(`the service ${service} ended (${exit}) before it served; its own message above says why`);
  }
}

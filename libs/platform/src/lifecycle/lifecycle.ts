/** A part of a service that runs: started when both listeners answer, stopped in reverse order before they close. */
export interface Startable {
  name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts and stops the parts of a process in a fixed order. A part that fails to stop does not keep the others from stopping. */
export class Lifecycle {
  private readonly parts: Startable[] = [];
  private started = 0;
  private phase: 'new' | 'starting' | 'started' | 'stopping' = 'new';

  add(part: Startable): void {
    this.parts.push(part);
  }

  get hasStarted(): boolean {
    return this.phase === 'started';
  }

  get isStopping(): boolean {
    return this.phase === 'stopping';
  }

  async start(): Promise<void> {
    this.phase = 'starting';
    for (const part of this.parts) {
      if (this.isStopping) return;
      await part.start();
      this.started += 1;
    }
    if (!this.isStopping) this.phase = 'started';
  }

  async stop(onError: (name: string, error: unknown) => void): Promise<void> {
    this.phase = 'stopping';
    for (const part of this.parts.slice(0, Math.min(this.parts.length, this.started + 1)).reverse()) {
      try {
        await part.stop();
      } catch (error) {
        onError(part.name, error);
      }
    }
  }
}

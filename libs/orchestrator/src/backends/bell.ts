/** Rung by many, heard by one; rings between two waits count as one. */
export class Bell {
  private isRung = false;
  private wake = (): void => {};

  ring(): void {
    this.isRung = true;
    this.wake();
  }

  /** Resolves when it rings or has rung, after that time, or when the signal aborts. */
  async rung(withinMs: number, signal: AbortSignal): Promise<void> {
    if (!this.isRung && !signal.aborted) await this.ringOr(withinMs, signal);
    this.isRung = false;
  }

  private async ringOr(withinMs: number, signal: AbortSignal): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, withinMs);
      signal.addEventListener('abort', this.wake, { once: true });
    });
    clearTimeout(timer);
    signal.removeEventListener('abort', this.wake);
  }
}

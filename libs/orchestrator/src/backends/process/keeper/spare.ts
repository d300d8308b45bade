import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Launch } from './protocol.js';

/** What a spare is told, once: the worker that it becomes. The worker host reads it. */
export interface SpareOrder {
  readonly module: string;
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A spare that does not answer for so long is given up. */
const orderMs = 2000;

type OnExit = (code: number | null, signal: string | null) => void;

/** A process without an identity that has loaded the worker host and waits. It has no environment but where it belongs. */
export class Spare {
  /** Resolves when it waits for its order, or has ended. */
  readonly settled: Promise<void>;
  private isReady = false;
  private onExit: OnExit;

  private constructor(
    private readonly child: ChildProcess,
    private readonly host: Pick<Launch, 'file' | 'args'>,
    private readonly folder: string,
    onGone: () => void,
  ) {
    this.onExit = () => {
      this.isReady = false;
      rmSync(folder, { recursive: true, force: true });
      onGone();
    };
    this.settled = new Promise((resolve) => {
      child.once('message', () => resolve(void (this.isReady = true)));
      child.once('error', () => resolve(this.onExit(null, null)));
      child.once('exit', (code, signal) => {
        resolve();
        this.onExit(code, signal);
      });
    });
  }

  /** `onGone`: it has ended before it was needed. */
  static start(host: Pick<Launch, 'file' | 'args'>, folder: string, onGone: () => void): Spare {
    const outputs = ['stdout', 'stderr'].map((name) => openSync(join(folder, name), 'a', 0o600));
    const child = spawn(host.file, [...host.args, '--spare'], {
      cwd: dirname(folder),
      env: { LANG: 'C.UTF-8', MUSTER_SPARE_OF: folder },
      detached: true,
      stdio: ['ignore', ...outputs, 'ipc'],
      windowsHide: true,
    });
    for (const output of outputs) closeSync(output);
    return new Spare(child, host, folder, onGone);
  }

  fits({ file, args }: Launch): boolean {
    return this.isReady && this.child.connected && file === this.host.file && args[0] === this.host.args[0];
  }

  /**
   * It becomes the worker: its output goes on in the files of the workload. Resolves to its process id; rejects when it does not
   * hear us, and then it is gone.
   */
  async become(order: SpareOrder, outputs: { stdout: string; stderr: string }, onExit: OnExit): Promise<number> {
    const { pid } = this.child;
    try {
      for (const name of ['stdout', 'stderr'] as const) renameSync(join(this.folder, name), outputs[name]);
      await this.tell(order);
      if (pid === undefined || !this.isReady) throw new TypeError('the spare has ended');
    } catch (error) {
      this.discard();
      throw error;
    }
    this.onExit = onExit;
    rmSync(this.folder, { recursive: true, force: true });
    return pid;
  }

  /** Resolves when it says that it has heard the order. */
  private async tell(order: SpareOrder): Promise<void> {
    const { child } = this;
    const heard = Promise.withResolvers<void>();
    const refuse = (): void => heard.reject(new TypeError('the spare did not take its order'));
    const timer = setTimeout(refuse, orderMs);
    child.once('message', () => heard.resolve()).once('disconnect', refuse);
    child.send(order, (error) => error !== null && refuse());
    await heard.promise.finally(() => clearTimeout(timer));
  }

  discard(): void {
    this.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BackendUnavailable } from '../../contract/errors.js';
import { KeeperConnection } from './keeper-connection.js';
import type { KeeperSettings, KeeperVerbs, Verb } from './keeper/protocol.js';

const attempts = 100;
const betweenAttemptsMs = 50;
const maxCrashes = 3;

/** Reaches the keeper of a state directory, and starts one where none lives. The only file that knows how. */
export class KeeperApi {
  private opening: Promise<KeeperConnection> | undefined;
  private readonly open = new Set<KeeperConnection>();
  isClosed = false;

  constructor(
    private readonly settings: KeeperSettings,
    private readonly keeperFile: string,
  ) {}

  /** Every verb may be repeated, so one that falls into the death of a keeper is asked of its successor, once. */
  async call<V extends Verb>(verb: V, ask: KeeperVerbs[V]['ask']): Promise<KeeperVerbs[V]['reply']> {
    const connection = await this.shared();
    try {
      return await connection.call(verb, ask);
    } catch (error) {
      if (!connection.isLost || this.isClosed) throw error;
      return (await this.shared()).call(verb, ask);
    }
  }

  /** A connection of its own, for a watcher. */
  async connect(): Promise<KeeperConnection> {
    const connection = await this.reach();
    this.open.add(connection);
    void connection.lost.then(() => this.open.delete(connection));
    if (this.isClosed) connection.close();
    return connection;
  }

  /** Stops everything and ends the keeper; also what a dead keeper left running. */
  async endKeeper(graceMs: number): Promise<void> {
    if (this.isClosed || !existsSync(join(this.settings.stateDir, 'workloads'))) return;
    const running = await this.reach();
    await running.call('shutdown', { graceMs });
    await running.lost;
    for (let left = 400; left > 0 && isAlive(running.keeperPid); left -= 1) await pause(5);
  }

  close(): void {
    this.isClosed = true;
    for (const connection of this.open) connection.close();
  }

  private async shared(): Promise<KeeperConnection> {
    const opening = (this.opening ??= this.connect());
    const current = await opening.catch(() => undefined);
    if (current && !current.isLost) return current;
    if (this.opening === opening) this.opening = undefined;
    return current ? this.shared() : opening;
  }

  private async reach(): Promise<KeeperConnection> {
    let cause: unknown;
    let crashes = 0;
    for (let attempt = 0; attempt < attempts && crashes < maxCrashes && !this.isClosed; attempt += 1) {
      try {
        return await KeeperConnection.open(this.settings.socketPath);
      } catch (error) {
        cause = error;
      }
      const word = await this.startKeeper();
      if (word === '') crashes += 1;
      // Another keeper may be starting or just ending: look again in a moment.
      if (word !== 'ready') await pause(betweenAttemptsMs);
    }
    if (this.isClosed) throw new BackendUnavailable('this back end was closed');
    throw new BackendUnavailable(`no keeper lives in ${this.settings.stateDir}; see keeper.log there`, { cause });
  }

  /** Resolves to the keeper's first word, or to '' if it ended without one. */
  private startKeeper(): Promise<string> {
    const log = this.openLog();
    const keeper = spawn(process.execPath, [this.keeperFile, JSON.stringify(this.settings)], {
      detached: true,
      env: process.platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : {},
      stdio: ['ignore', 'pipe', log],
      windowsHide: true,
    });
    closeSync(log);
    keeper.unref();
    return firstWord(keeper);
  }

  private openLog(): number {
    try {
      return openSync(join(this.settings.stateDir, 'keeper.log'), 'a', 0o600);
    } catch (cause) {
      throw new BackendUnavailable(`the state directory cannot be used: ${String(cause)}`, { cause });
    }
  }
}

function firstWord(keeper: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    keeper.once('error', (cause) => reject(new BackendUnavailable('the keeper cannot be started', { cause })));
    keeper.once('exit', () => resolve(''));
    keeper.stdout?.once('data', (word: Buffer) => {
      keeper.stdout?.destroy();
      resolve(word.toString().trim());
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

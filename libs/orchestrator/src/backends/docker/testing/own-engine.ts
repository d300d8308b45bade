import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DockerApi } from '../docker-api.js';
import { connectionOf } from '../engine-address.js';
import { archiveOf, type SmallImage } from './small-image.js';

/** Where an engine of a test's own can be started: as root, on Linux, with its program. */
export const canStartEngine = process.getuid?.() === 0 && spawnSync('dockerd', ['--version']).status === 0;

/** An engine of the test's own, without any network, that can be stopped and started again. */
export class OwnEngine {
  private readonly root = mkdtempSync(join(tmpdir(), 'muster-engine-'));
  private daemon: ChildProcess | undefined;

  get url(): string {
    return `unix://${this.root}/docker.sock`;
  }

  /** Resolves when it answers. */
  async start(): Promise<this> {
    const place = (name: string): string => join(this.root, name);
    const places = ['--data-root', place('data'), '--exec-root', place('exec'), '--pidfile', place('pid')];
    const network = ['--bridge', 'none', '--iptables=false', '--ip6tables=false'];
    // In a network of its own: an engine without a bridge takes away the one of every other engine there.
    const command = ['--net', 'dockerd', ...places, ...network, '--host', this.url];
    this.daemon = spawn('unshare', command, { stdio: 'ignore' });
    for (let left = 200; left > 0 && !(await this.answers()); left -= 1) await pause(100);
    return this;
  }

  /** Gives it an image, since it reaches no registry. */
  async load(image: SmallImage, name: string): Promise<void> {
    const headers = { 'content-type': 'application/x-tar' };
    const options = { socketPath: join(this.root, 'docker.sock'), path: '/images/load', method: 'POST', headers };
    const question = request(options).end(archiveOf(image, name));
    const [answer] = (await once(question, 'response')) as [IncomingMessage];
    await once(answer.resume(), 'end');
  }

  /** Politely: its containers end. */
  async stop(): Promise<void> {
    const { daemon } = this;
    if (daemon === undefined || daemon.exitCode !== null) return;
    const exited = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await exited;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  private async answers(): Promise<boolean> {
    const api = new DockerApi(connectionOf({ url: this.url }));
    try {
      await api.connect();
      return true;
    } catch {
      return false;
    } finally {
      api.close();
    }
  }
}

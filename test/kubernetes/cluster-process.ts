import { spawn } from 'node:child_process';
import { open, readFile, readlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}

const clusterFolder = (): string => dirname(process.env['KUBECONFIG'] ?? '');
const listFile = (): string => join(clusterFolder(), 'pids');
const zeroEnded = async (file: string): Promise<string[]> => (await readFile(file, 'utf8')).split('\0').slice(0, -1);

/** A part of a cluster that runs on this computer, like `apiserver` or `kubelet-node-b`: killed for real, and started again as it was. */
export class ClusterProcess {
  private constructor(
    readonly name: string,
    private runningPid: number,
    private readonly line: CommandLine,
  ) {}

  /** `undefined` where the cluster's folder, that of KUBECONFIG, does not tell. */
  static async find(name: string): Promise<ClusterProcess | undefined> {
    const text = await readFile(listFile(), 'utf8').catch(() => '');
    const pid = Number(new RegExp(`^(\\d+) ${name}$`, 'm').exec(text)?.[1] ?? 0);
    return pid === 0 ? undefined : new ClusterProcess(name, pid, await commandLineOf(pid));
  }

  get pid(): number {
    return this.runningPid;
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    process.kill(this.runningPid, 'SIGKILL');
    while (isAlive(this.runningPid)) await new Promise((resolve) => setImmediate(resolve));
  }

  /** With the same arguments, folder and environment; it outlives this test, and is found in the cluster's list. */
  async restart(): Promise<void> {
    const { program, args, folder, environment } = this.line;
    const log = await open(join(clusterFolder(), 'log', `${this.name}.log`), 'a');
    const stdio: ['ignore', number, number] = ['ignore', log.fd, log.fd];
    const child = spawn(program, args, { cwd: folder, env: environment, detached: true, stdio });
    child.unref();
    await log.close();
    const list = await readFile(listFile(), 'utf8');
    this.runningPid = child.pid ?? 0;
    await writeFile(
      listFile(),
      list.replace(new RegExp(`^\\d+ ${this.name}$`, 'm'), `${this.runningPid} ${this.name}`),
    );
  }
}

async function commandLineOf(pid: number): Promise<CommandLine> {
  const [program = '', ...args] = await zeroEnded(`/proc/${pid}/cmdline`);
  const pairs = (await zeroEnded(`/proc/${pid}/environ`)).map((each) => each.split(/=(.*)/s).slice(0, 2));
  return {
    program,
    args,
    folder: await readlink(`/proc/${pid}/cwd`),
    environment: Object.fromEntries(pairs) as NodeJS.ProcessEnv,
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

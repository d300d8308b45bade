import { once } from 'node:events';
import { WebSocket } from 'ws';

interface Reply {
  id: number;
  result: { result?: { value?: unknown } };
}

/** What a process says of its own memory, in bytes. */
export interface MemoryUse {
  rss: number;
  heapUsed: number;
  external: number;
}

/** Settings under which many programs can be looked at: each gets a port of its own. */
export const inspectable = { NODE_OPTIONS: '--inspect-port=0' };

/** Looks into a running Node program that was built without anything for it. */
export class Inspector {
  private asked = 0;
  private constructor(private readonly socket: WebSocket) {}

  /** `said`: what the process wrote to its error stream by now. */
  static async open(pid: number, said: () => string): Promise<Inspector> {
    const address = (): string | undefined => /Debugger listening on (ws:\S+)/.exec(said())?.[1];
    process.kill(pid, 'SIGUSR1');
    while (address() === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    const socket = new WebSocket(address() ?? '');
    await once(socket, 'open');
    return new Inspector(socket);
  }

  /** After everything was collected that nobody needs. */
  async memory(): Promise<MemoryUse> {
    // What is finalised in the first round is free in the second.
    for (let round = 0; round < 2; round += 1) await this.ask('HeapProfiler.collectGarbage');
    return (await this.evaluate('process.memoryUsage()')) as MemoryUse;
  }

  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    return result?.value;
  }

  close(): void {
    this.socket.terminate();
  }

  private ask(method: string, params: object = {}): Promise<Reply['result']> {
    const id = (this.asked += 1);
    return new Promise((resolve) => {
      const listen = (data: Buffer): void => {
        const reply = JSON.parse(data.toString('utf8')) as Reply;
        if (reply.id !== id) return;
        this.socket.off('message', listen);
        resolve(reply.result);
      };
      this.socket.on('message', listen);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';

/** The window that it gives: more is never under way to it. */
export const credit = 1024 * 1024;
/** Far below the credit, so that the worker never waits for it. */
const acknowledgedBytes = credit / 4;
const acknowledgedFrames = 16;

/** One client of one role as thin as can be, so that what is measured is not its own work: numbers, acknowledges, counts. */
export class RawStream {
  private seq = 0;
  private received = 0;
  private acknowledged = { received: 0, bytes: 0 };
  private waiting: ((data: Buffer) => void) | undefined;
  private pouring: { left: number; done(): void } | undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => this.take(data, isBinary));
  }

  static async open(url: string): Promise<RawStream> {
    const socket = new WebSocket(url, 'muster.v1', { perMessageDeflate: false });
    const stream = new RawStream(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const opened = new Promise<void>((resolve) => {
      socket.on('message', function listen(data: Buffer, isBinary) {
        if (isBinary || !data.includes('"opens":true')) return;
        socket.off('message', listen);
        resolve();
      });
    });
    const clientId = randomBytes(16).toString('base64url');
    socket.send(JSON.stringify({ kind: 'hello', clientId, streams: [], credit }));
    await opened;
    return stream;
  }

  /** A request, and the text frame that answers it. */
  ask(action: string, body: string): Promise<Buffer> {
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.request(action, body);
    });
  }

  /** Resolves when so many binary frames have come. */
  pour(count: number, bytes: number): Promise<void> {
    return new Promise((done) => {
      this.pouring = { left: count, done };
      this.request('pour', JSON.stringify({ count, bytes }));
    });
  }

  /** Asks for frames, and reads nothing any more. */
  stall(count: number, bytes: number): void {
    this.socket.pause();
    this.request('pour', JSON.stringify({ count, bytes }));
  }

  close(): void {
    this.socket.terminate();
  }

  /** Says that it will not come back. */
  leave(): Promise<void> {
    return left(this.socket);
  }

  private request(action: string, body: string): void {
    this.seq += 1;
    const head = `{"kind":"req","role":"only","incarnation":1,"seq":${this.seq},"id":"r${this.seq}"`;
    this.socket.send(`${head},"action":"${action}","body":${body}}`);
  }

  private take(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.count(data.length);
      if (this.pouring !== undefined && (this.pouring.left -= 1) === 0) this.pouring.done();
    } else if (data.includes('"kind":"res"')) {
      this.count(data.length);
      this.waiting?.(data);
    }
  }

  private count(bytes: number): void {
    this.received += 1;
    this.acknowledged.bytes += bytes;
    const frames = this.received - this.acknowledged.received;
    if (frames < acknowledgedFrames && this.acknowledged.bytes < acknowledgedBytes) return;
    this.acknowledged = { received: this.received, bytes: 0 };
    const ack = { kind: 'ack', role: 'only', incarnation: 1, received: this.received, credit };
    this.socket.send(JSON.stringify(ack));
  }
}

/** The same of the bare counterpart, which has no frames. */
export class BareStream {
  private waiting: ((data: Buffer) => void) | undefined;
  private pouring: { left: number; done(): void } | undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) this.waiting?.(data);
      else if (this.pouring !== undefined && (this.pouring.left -= 1) === 0) this.pouring.done();
    });
  }

  static async open(url: string): Promise<BareStream> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return new BareStream(socket);
  }

  ask(text: string): Promise<Buffer> {
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.socket.send(text);
    });
  }

  pour(count: number, bytes: number): Promise<void> {
    return new Promise((done) => {
      this.pouring = { left: count, done };
      this.socket.send(`pour ${count} ${bytes}`);
    });
  }

  close(): void {
    this.socket.terminate();
  }

  /** Says that it will not come back. */
  leave(): Promise<void> {
    return left(this.socket);
  }
}

function left(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    // One that stopped reading would not read the answer.
    socket.resume();
    socket.close(1000);
  });
}

export async function openAll<T>(count: number, open: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  while (all.length < count) all.push(await open());
  return all;
}

import { type Frame, type Peer, workerHeaders } from '@muster/contracts/wire';
import { decodeBinary, type Encoded, parseFrame } from '@muster/relay';
import {
  readEnvironment,
  type RunningWorker,
  type RunOptions,
  runWorker,
  type WorkerDefinition,
  type WorkerEnvironment,
} from '@muster/worker-sdk';
import { WebSocket } from 'ws';
import { FakeControlServer } from './fake-control-server.js';
import { encodeFrame } from './encode-frame.js';

export interface WorkerAnswer {
  status: number;
  body: Record<string, unknown>;
}

export interface HarnessOptions extends RunOptions {
  role?: string;
  control?: FakeControlServer;
  variables?: Record<string, string>;
}

/** A worker on a real port with a fake session service; the harness acts as its holder and its relay. */
export class WorkerHarness {
  epoch = 1;

  private constructor(
    readonly worker: RunningWorker,
    readonly control: FakeControlServer,
    private readonly environment: WorkerEnvironment,
    readonly logLines: Record<string, unknown>[],
  ) {}

  get role(): string {
    return this.environment.role;
  }

  get incarnation(): number {
    return this.environment.incarnation;
  }

  static async start(
    definition: WorkerDefinition | Promise<WorkerDefinition>,
    options: HarnessOptions = {},
  ): Promise<WorkerHarness> {
    const control = options.control ?? (await FakeControlServer.start());
    const role = options.role ?? 'solver';
    const environment = readEnvironment({
      MUSTER_SESSION_ID: 'ses_1',
      MUSTER_WORKER_ID: `wrk_${role}`,
      MUSTER_ROLE: role,
      MUSTER_INCARNATION: '1',
      MUSTER_BIND: '127.0.0.1:0',
      MUSTER_CONTROL_URL: control.url,
      MUSTER_TOKEN: 'join-1',
      ...options.variables,
    });
    const lines: Record<string, unknown>[] = [];
    const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
    return new WorkerHarness(
      await runWorker(definition, environment, { write, ...options }),
      control,
      environment,
      lines,
    );
  }

  get address(): string {
    return this.worker.address ?? '';
  }

  get headers(): Record<string, string> {
    return {
      authorization: `Bearer ${this.control.acceptToken}`,
      [workerHeaders.session]: 'ses_1',
      [workerHeaders.epoch]: String(this.epoch),
      [workerHeaders.incarnation]: String(this.incarnation),
    };
  }

  /** How peers see this worker. */
  asPeer(incarnation = 1): Peer {
    const { role, address } = this;
    const { acceptToken } = this.control;
    return { role, workerId: `wrk_${role}`, incarnation, state: 'running', address, acceptToken, registers: 'self' };
  }

  async post(
    path: string,
    body: unknown,
    options: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<WorkerAnswer> {
    const response = await fetch(`${this.address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.headers, ...options.headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(options.signal && { signal: options.signal }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  init(parameters: Record<string, unknown> = {}): Promise<WorkerAnswer> {
    const { role, epoch, incarnation, control } = this;
    const body = { sessionId: 'ses_1', role, incarnation, epoch, controlUrl: control.url, project: null, parameters };
    return this.post('/v1/init', body);
  }

  run(view: number, peers: Peer[] = []): Promise<WorkerAnswer> {
    return this.post('/v1/run', { view, epoch: this.epoch, controlUrl: this.control.url, peers });
  }

  execute(action: string, body?: unknown, id: string = crypto.randomUUID()): Promise<WorkerAnswer> {
    return this.post('/v1/execute', { id, action, body, from: { kind: 'client', clientId: 'client-http' } });
  }

  async connect(): Promise<FakeRelayLeg> {
    const socket = new WebSocket(`${this.address.replace('http', 'ws')}/v1/stream`, 'muster.v1', {
      headers: this.headers,
    });
    return FakeRelayLeg.open(socket);
  }

  async stop(): Promise<void> {
    this.worker.stop('test ends');
    await this.worker.ended;
    await this.control.stop();
  }
}

/** A relay's connection to a worker: sends frames, keeps what comes. */
export class FakeRelayLeg {
  readonly received: Frame[] = [];
  #wake = new Set<() => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      const parsed = isBinary ? decodeBinary(data) : parseFrame(data.toString('utf8'));
      if (parsed.ok) this.received.push(parsed.frame);
      for (const wake of this.#wake) wake();
      this.#wake.clear();
    });
  }

  static open(socket: WebSocket): Promise<FakeRelayLeg> {
    const leg = new FakeRelayLeg(socket);
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(leg));
      socket.once('error', reject);
    });
  }

  send(frame: Frame): void {
    this.sendRaw(encodeFrame(frame));
  }

  sendRaw(encoded: Encoded): void {
    this.socket.send(encoded);
  }

  /** The first frame of this kind that fits, now or later; it is taken out. */
  async next<Kind extends Frame['kind']>(
    kind: Kind,
    fits: (frame: Extract<Frame, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<Frame, { kind: Kind }>> {
    for (;;) {
      const at = this.received.findIndex(
        (frame) => frame.kind === kind && fits(frame as Extract<Frame, { kind: Kind }>),
      );
      if (at >= 0) return this.received.splice(at, 1)[0] as Extract<Frame, { kind: Kind }>;
      await new Promise<void>((resolve) => this.#wake.add(resolve));
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close();
    await closed;
  }
}

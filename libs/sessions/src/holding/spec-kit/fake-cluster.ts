import {
  MusterError,
  workloadIdOf,
  type FenceOnNode,
  type FenceOnNodeAnswer,
  type InitRequest,
  type NodeId,
  type NodeState,
  type NodeStateLine,
  type PlacementAsk,
  type ReleaseAsk,
  type ReserveAnswer,
  type RunRequest,
  type SessionId,
  type ShutdownRequest,
  type StartOnNode,
  type StartOnNodeAnswer,
  type StopOnNode,
  type StopOnNodeAnswer,
  type WorkerReports,
  type WorkloadReport,
} from '@muster/contracts';
import type { DirectoryPort, NodePort, WorkerPort, WorkerTarget } from '../ports.js';

/** How a worker of a role behaves. */
export type Conduct =
  | 'good'
  | 'silent'
  | 'exits-at-once'
  | 'ignores-shutdown'
  | 'refuses-init'
  | 'hangs-in-init'
  | 'hangs-in-run'
  | 'cannot-start';

interface FakeNode {
  id: NodeId;
  epoch: number;
  state: NodeState;
  reachable: boolean;
  workloads: Map<string, { report: WorkloadReport; reportTo: string }>;
  fences: Map<SessionId, number>;
  /** What was told to stop: a start that comes later is refused. */
  usedUp: Set<string>;
}

/** Directory, nodes and workers in one, with knobs; it obeys the fencing rules of the real ones. Everything asked is kept. */
export class FakeCluster implements DirectoryPort, NodePort, WorkerPort {
  readonly nodes = new Map<NodeId, FakeNode>();
  readonly conduct = new Map<string, Conduct>();
  readonly starts: StartOnNode[] = [];
  readonly stops: StopOnNode[] = [];
  readonly fenced: FenceOnNode[] = [];
  readonly released: ReleaseAsk[] = [];
  readonly inits: InitRequest[] = [];
  readonly runs: (RunRequest & { role: string })[] = [];
  readonly shutdowns: ShutdownRequest[] = [];
  verdict: 'now' | 'later' | 'never' = 'now';
  refuseStarts = false;
  /** Who gets reports and registrations: the harness. */
  onReports: (reportTo: string, reports: WorkerReports) => void = () => undefined;
  onStarted: (command: StartOnNode) => void = () => undefined;
  private readonly workerEpochs = new Map<string, number>();
  private readonly forgotten = new Set<NodeId>();
  private readonly watchers = new Set<() => void>();

  constructor(...names: string[]) {
    for (const name of names) this.addNode(name);
  }

  addNode(name: string): FakeNode {
    const id = name as NodeId;
    const node: FakeNode = {
      id,
      epoch: 1,
      state: 'ready',
      reachable: true,
      workloads: new Map(),
      fences: new Map(),
      usedUp: new Set(),
    };
    this.nodes.set(id, node);
    return node;
  }

  node(name: string): FakeNode {
    const node = this.nodes.get(name as NodeId);
    if (node === undefined) throw new TypeError(`there is no node ${name}`);
    return node;
  }

  /** The directory's view of a node changes. */
  setNode(name: string, change: Partial<Pick<FakeNode, 'state' | 'reachable' | 'epoch'>>): void {
    Object.assign(this.node(name), change);
    for (const wake of this.watchers) wake();
  }

  /** The directory does not know it any more; the node itself is as it was. */
  forgetNode(name: string): void {
    this.forgotten.add(this.node(name).id);
    for (const wake of this.watchers) wake();
  }

  /** What runs: role and incarnation, on any node. */
  get running(): string[] {
    return [...this.nodes.values()]
      .flatMap(({ workloads }) => [...workloads.values()])
      .filter(({ report }) => report.state !== 'exited')
      .map(({ report }) => `${report.role}:${report.incarnation}`)
      .sort();
  }

  crash(role: string, code = 1, outputTail = ''): void {
    this.end(role, { code, signal: null, reason: 'exit', outputTail });
  }

  /** Repeats what the nodes have reported last. */
  reportAgain(): void {
    for (const node of this.nodes.values())
      for (const { report, reportTo } of node.workloads.values()) this.send(node, report, reportTo);
  }

  answering(role: string, address: string): void {
    this.update(role, { state: 'answering', address });
  }

  reserve(ask: PlacementAsk): Promise<ReserveAnswer> {
    const free = [...this.nodes.values()].filter(({ id, state }) => state === 'ready' && !this.forgotten.has(id));
    if (this.verdict !== 'now' || free.length === 0) {
      const explanation = { summary: '1 node: 1 lacks memory', nodes: 1, reasons: [] };
      return Promise.resolve({ verdict: this.verdict === 'now' ? 'later' : this.verdict, explanation });
    }
    const placements = ask.items.map(({ worker }, index) => {
      const node = free[index % free.length] as FakeNode;
      const booking = {
        amounts: { cpuMillis: 1, memoryBytes: 1, diskBytes: 0, ports: 1 },
        gpus: [],
        hostPorts: [4000],
      };
      return {
        worker,
        node: node.id,
        score: 1,
        parts: {},
        nodeEpoch: node.epoch,
        address: node.id,
        nodeName: node.id,
        booking,
      };
    });
    return Promise.resolve({ verdict: 'now', placements });
  }

  release(ask: ReleaseAsk): Promise<void> {
    this.released.push(ask);
    return Promise.resolve();
  }

  async *nodeStates(signal: AbortSignal): AsyncGenerator<NodeStateLine> {
    const lines = (): NodeStateLine[] =>
      [...this.nodes.values()]
        .filter(({ id }) => !this.forgotten.has(id))
        .map(({ id, state, epoch }) => ({
          node: id,
          name: id,
          state,
          nodeEpoch: epoch,
          address: id,
        }));
    yield* lines();
    yield { synced: true };
    while (!signal.aborted) {
      await new Promise<void>((resolve) => {
        this.watchers.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      // A node that was forgotten is missing from the next whole picture, in a new stream.
      if (this.forgotten.size > 0) return;
      yield* lines();
    }
  }

  async start(address: string, command: StartOnNode): Promise<StartOnNodeAnswer> {
    const node = this.reach(address);
    const { session, epoch, worker, incarnation } = command.fence;
    this.admit(node, session, epoch, command.nodeEpoch);
    this.starts.push(command);
    if (this.refuseStarts) throw new MusterError('refused', 'no unused reservation');
    if (this.conduct.get(command.role) === 'cannot-start') throw new MusterError('workload-failed', 'no such module');
    const workload = workloadIdOf(session, worker, incarnation);
    if (node.usedUp.has(workload)) throw new MusterError('refused', `${workload} was stopped`);
    const report: WorkloadReport = { workload, session, worker, role: command.role, incarnation, state: 'running' };
    node.workloads.set(workload, { report, reportTo: command.reportTo });
    queueMicrotask(() => {
      this.onStarted(command);
      if (this.conduct.get(command.role) === 'exits-at-once') this.crash(command.role, 3, 'panic: no mesh');
    });
    return { workload, address: `http://${node.id}:4000` };
  }

  async stop(address: string, command: StopOnNode): Promise<StopOnNodeAnswer> {
    const node = this.reach(address);
    const { session, epoch, worker, incarnation } = command.fence;
    this.admit(node, session, epoch, command.nodeEpoch);
    this.stops.push(command);
    const workload = workloadIdOf(session, worker, incarnation);
    node.usedUp.add(workload);
    const kept = node.workloads.get(workload);
    if (kept === undefined || kept.report.state === 'exited') return { ended: true };
    queueMicrotask(() =>
      this.finish(node, kept.report.workload, { code: null, signal: 'SIGTERM', reason: 'stopped', outputTail: '' }),
    );
    return { ended: false };
  }

  async fence(address: string, command: FenceOnNode): Promise<FenceOnNodeAnswer> {
    const node = this.reach(address);
    if ((node.fences.get(command.session) ?? 0) > command.epoch) throw stale('epoch');
    this.fenced.push(command);
    node.fences.set(command.session, command.epoch);
    const mine = [...node.workloads.values()].filter(({ report }) => report.session === command.session);
    for (const kept of mine) kept.reportTo = command.reportTo;
    return { nodeEpoch: node.epoch, workloads: mine.map(({ report }) => report) };
  }

  logs(): Promise<Response> {
    return Promise.resolve(new Response('{"text":"hello"}\n'));
  }

  async init(target: WorkerTarget, request: InitRequest, signal: AbortSignal): Promise<void> {
    this.obey(target);
    this.inits.push(request);
    if (this.conduct.get(request.role) === 'hangs-in-init') await hang(signal);
    if (this.conduct.get(request.role) === 'refuses-init') throw new MusterError('action-failed', 'the mesh is broken');
  }

  async run(target: WorkerTarget, request: RunRequest, signal: AbortSignal): Promise<void> {
    this.obey(target);
    const role = target.acceptToken === '' ? '' : this.roleAt(target);
    this.runs.push({ ...request, role });
    if (this.conduct.get(role) === 'hangs-in-run') await hang(signal);
  }

  async shutdown(target: WorkerTarget, request: ShutdownRequest): Promise<void> {
    this.obey(target);
    this.shutdowns.push(request);
    const role = this.roleAt(target);
    if (this.conduct.get(role) !== 'ignores-shutdown') queueMicrotask(() => this.crash(role, 0));
  }

  /** Workers refuse what is of an older epoch than they have seen. */
  private obey({ address, epoch, incarnation }: WorkerTarget): void {
    this.reach(new URL(address).hostname);
    const worker = `${address}:${incarnation}`;
    if ((this.workerEpochs.get(worker) ?? 0) > epoch) throw stale('epoch');
    this.workerEpochs.set(worker, epoch);
  }

  private roleAt({ address }: WorkerTarget): string {
    return new URL(address).pathname.slice(1);
  }

  private reach(address: string): FakeNode {
    const node = this.node(address);
    if (!node.reachable) throw new MusterError('upstream-unavailable', `${address} cannot be reached`);
    return node;
  }

  private admit(node: FakeNode, session: SessionId, epoch: number, nodeEpoch: number): void {
    if ((node.fences.get(session) ?? 0) > epoch) throw stale('epoch');
    if (node.epoch !== nodeEpoch) throw stale('node-epoch');
    node.fences.set(session, epoch);
  }

  private end(role: string, exit: NonNullable<WorkloadReport['exit']>): void {
    for (const node of this.nodes.values()) {
      for (const { report } of node.workloads.values()) {
        if (report.role === role && report.state !== 'exited') this.finish(node, report.workload, exit);
      }
    }
  }

  private finish(node: FakeNode, workload: string, exit: NonNullable<WorkloadReport['exit']>): void {
    const kept = node.workloads.get(workload);
    if (kept === undefined || kept.report.state === 'exited') return;
    kept.report = { ...kept.report, state: 'exited', exit };
    this.send(node, kept.report, kept.reportTo);
  }

  private update(role: string, change: Partial<WorkloadReport>): void {
    for (const node of this.nodes.values()) {
      for (const kept of node.workloads.values()) {
        if (kept.report.role !== role || kept.report.state === 'exited') continue;
        kept.report = { ...kept.report, ...change };
        this.send(node, kept.report, kept.reportTo);
      }
    }
  }

  private send(node: FakeNode, report: WorkloadReport, reportTo: string): void {
    if (node.reachable) this.onReports(reportTo, { node: node.id, nodeEpoch: node.epoch, reports: [report] });
  }
}

/** Accepts the call and never answers it. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new MusterError('upstream-unavailable', 'the call was given up')));
  });
}

function stale(matter: string): MusterError {
  return new MusterError('stale', `a newer ${matter} is known`, { extensions: { matter } });
}

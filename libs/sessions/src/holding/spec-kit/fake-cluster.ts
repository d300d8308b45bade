import {
  MusterError,
  workloadIdOf,
  type FenceOnNode,
  type FenceOnNodeAnswer,
  type InitRequest,
  type NodeId,
  type NodeStateLine,
  type PlacementAsk,
  type ReleaseAsk,
  type ReserveAnswer,
  type RunRequest,
  type ShutdownRequest,
  type StartOnNode,
  type StartOnNodeAnswer,
  type StopOnNode,
  type StopOnNodeAnswer,
  type WorkloadReport,
} from '@muster/contracts';
import type { DirectoryPort, NodePort, WorkerPort, WorkerTarget } from '../ports.js';
import { FakeNode, stale, type Exit, type OnReports } from './fake-node.js';

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
  onReports: OnReports = () => undefined;
  onStarted: (command: StartOnNode) => void = () => undefined;
  private readonly workerEpochs = new Map<string, number>();
  private readonly forgotten = new Set<NodeId>();
  private readonly watchers = new Set<() => void>();

  constructor(...names: string[]) {
    for (const name of names) this.addNode(name);
  }

  addNode(name: string): void {
    const id = name as NodeId;
    this.nodes.set(id, new FakeNode(id, (...told) => this.onReports(...told)));
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
      .flatMap((node) => node.running())
      .map(({ report }) => `${report.role}:${report.incarnation}`)
      .sort();
  }

  crash(role: string, code = 1, outputTail = ''): void {
    this.end(role, { code, signal: null, reason: 'exit', outputTail });
  }

  /** Repeats what the nodes have reported last. */
  reportAgain(): void {
    for (const node of this.nodes.values()) node.reportAgain();
  }

  answering(role: string, address: string): void {
    for (const node of this.nodes.values())
      for (const kept of node.running(role)) node.update(kept, { state: 'answering', address });
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
    node.admit(session, epoch, command.nodeEpoch);
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
    node.admit(session, epoch, command.nodeEpoch);
    this.stops.push(command);
    const workload = workloadIdOf(session, worker, incarnation);
    node.usedUp.add(workload);
    const kept = node.workloads.get(workload);
    if (kept === undefined || kept.report.state === 'exited') return { ended: true };
    queueMicrotask(() => node.finish(workload, { code: null, signal: 'SIGTERM', reason: 'stopped', outputTail: '' }));
    return { ended: false };
  }

  async fence(address: string, command: FenceOnNode): Promise<FenceOnNodeAnswer> {
    const node = this.reach(address);
    const answer = node.fence(command);
    this.fenced.push(command);
    return answer;
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

  private end(role: string, exit: Exit): void {
    for (const node of this.nodes.values())
      for (const { report } of node.running(role)) node.finish(report.workload, exit);
  }
}

/** Accepts the call and never answers it. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new MusterError('upstream-unavailable', 'the call was given up')));
  });
}

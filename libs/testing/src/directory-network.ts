import { MusterError, type NodeReport, type WorkerReports } from '@muster/contracts';
import type { DirectoryCalls, GlobalDirectory, HolderCalls, NodeAgent, NodeCalls } from '@muster/directory';

/** A session service that only listens: what local directories told it. */
export class FakeHolder {
  readonly heard: WorkerReports[] = [];
  notHeld: string[] = [];
  /** Fails so many calls before it answers. */
  failures = 0;

  /** `role state` of everything heard, in order. */
  get states(): string[] {
    return this.heard.flatMap(({ reports }) => reports.map(({ role, state }) => `${role} ${state}`));
  }
}

/** How one message between directories fares. `unanswered`: it arrives, but its sender never hears the answer. */
export type Fate = 'arrives' | 'lost' | 'unanswered' | 'twice';

/** The network between directories and holders, in memory; a test decides the fate of every message. */
export class DirectoryNetwork {
  readonly nodes = new Map<string, NodeAgent>();
  readonly directories = new Map<string, GlobalDirectory>();
  readonly holders = new Map<string, FakeHolder>();
  readonly reports: NodeReport[] = [];
  /** By the receiver's address. */
  fate: (address: string) => Fate = () => 'arrives';

  readonly nodeCalls: NodeCalls = {
    reserve: (address, ask) => this.send(address, this.nodes, (node) => node.reserve(ask)),
    release: (address, ask) => this.send(address, this.nodes, async (node) => node.release(ask)),
  };

  readonly directoryCalls: DirectoryCalls = {
    report: (address, report) =>
      this.send(address, this.directories, async (directory) => {
        this.reports.push(report);
        return directory.report(structuredClone(report));
      }),
  };

  readonly holderCalls: HolderCalls = {
    report: (address, reports) => this.send(address, this.holders, async (holder) => take(holder, reports)),
  };

  /** A holder at a new address. */
  addHolder(address: string): FakeHolder {
    const holder = new FakeHolder();
    this.holders.set(address, holder);
    return holder;
  }

  private async send<Target, T>(
    address: string,
    targets: Map<string, Target>,
    call: (target: Target) => Promise<T>,
  ): Promise<T> {
    const target = targets.get(address);
    const fate = this.fate(address);
    if (target === undefined || fate === 'lost') throw unreachable(address);
    const answer = await call(target);
    if (fate === 'unanswered') throw unreachable(address);
    return fate === 'twice' ? call(target) : answer;
  }
}

function take(holder: FakeHolder, reports: WorkerReports): { notHeld: never[] } {
  if (holder.failures > 0) {
    holder.failures -= 1;
    throw unreachable('the holder');
  }
  holder.heard.push(reports);
  return { notHeld: holder.notHeld as never[] };
}

function unreachable(address: string): MusterError {
  return new MusterError('upstream-unavailable', `${address} cannot be reached`);
}

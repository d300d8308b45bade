import { MusterError, type NodeId, type NodeReport } from '@muster/contracts';
import { Periodic, type Clock, type RandomSource } from '@muster/platform';
import type { DirectoryCalls } from '../protocol/calls.js';
import { deltaReport, fullReport, type NodeSnapshot } from './node-snapshot.js';

export interface DirectoryReportsParts {
  node: NodeId;
  nodeEpoch: number;
  /** Names this process. */
  instance: string;
  /** Base address of this local directory, node id included; known once it listens. */
  address: () => string;
  /** Every replica of the global directory, asked again each period. */
  directories: () => Promise<readonly string[]>;
  snapshot: () => NodeSnapshot;
  calls: DirectoryCalls;
  /** A newer instance of this node is there: this one must stop acting. */
  onSuperseded: (error: MusterError) => void;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
}

const firstPeriodMs = 2000;
const coalesceMs = 10;

/** Reports to every replica of the global directory, each in its own order, so that a slow one delays no other. */
export class DirectoryReports {
  private readonly links = new Map<string, ReportLink>();
  private readonly resolving: Periodic;
  private cancelSoon: (() => void) | undefined;
  /** Of links that are gone: their replica may come again under another address, and takes only what is newer. */
  private lastSeq = 0;

  constructor(private readonly parts: DirectoryReportsParts) {
    const { clock, random, onError } = parts;
    this.resolving = new Periodic({
      name: 'replicas of the global directory',
      periodMs: 10_000,
      run: () => this.resolve(),
      onError,
      clock,
      random,
    });
  }

  start(): void {
    this.resolving.start();
  }

  /** The node has changed: told at once, changes of one moment together. */
  changed(): void {
    if (this.cancelSoon !== undefined) return;
    this.cancelSoon = this.parts.clock.after(coalesceMs, () => {
      this.cancelSoon = undefined;
      for (const link of this.links.values()) link.poke();
    });
  }

  /** Whether at least one replica knows this node. */
  get registered(): boolean {
    return [...this.links.values()].some((link) => link.registered);
  }

  /** One last report to each (which says `leaving`), then silence. */
  async stop(): Promise<void> {
    this.cancelSoon?.();
    await this.resolving.stop();
    await Promise.all([...this.links.values()].map((link) => link.stop()));
  }

  private async resolve(): Promise<void> {
    const addresses = new Set(await this.parts.directories());
    await this.abandonOthers(addresses);
    const lastSeq = Math.max(this.lastSeq, ...[...this.links.values()].map((link) => link.lastSeq));
    for (const address of addresses) {
      if (this.links.has(address)) continue;
      const link = new ReportLink(address, lastSeq, this.parts);
      this.links.set(address, link);
      link.start();
    }
  }

  private async abandonOthers(addresses: ReadonlySet<string>): Promise<void> {
    for (const [address, link] of this.links) {
      if (addresses.has(address)) continue;
      this.links.delete(address);
      await link.abandon();
      this.lastSeq = Math.max(this.lastSeq, link.lastSeq);
    }
  }
}

/** The reports to one replica: one at a time, numbered; a full one first and whenever it is unclear what the replica knows. */
class ReportLink {
  private known: NodeSnapshot | undefined;
  private everAnswered = false;
  private periodMs = firstPeriodMs;
  private readonly periodic: Periodic;

  constructor(
    private readonly directory: string,
    private seq: number,
    private readonly parts: DirectoryReportsParts,
  ) {
    const { clock, random, onError } = parts;
    const period = (): number => this.periodMs;
    this.periodic = new Periodic({
      name: `reports to ${directory}`,
      get periodMs() {
        return period();
      },
      run: (signal) => this.report(signal),
      onError,
      clock,
      random,
    });
  }

  get registered(): boolean {
    return this.everAnswered;
  }

  get lastSeq(): number {
    return this.seq;
  }

  start(): void {
    this.periodic.start();
  }

  poke(): void {
    this.periodic.poke();
  }

  async abandon(): Promise<void> {
    await this.periodic.stop();
  }

  async stop(): Promise<void> {
    await this.periodic.stop();
    await this.report(undefined, 1000).catch(this.parts.onError);
  }

  private async report(signal: AbortSignal | undefined, deadlineMs = 5000): Promise<void> {
    const snapshot = this.parts.snapshot();
    // A node that has changed says everything again.
    const known = this.known?.description === snapshot.description ? this.known : undefined;
    const body = known === undefined ? fullReport(snapshot) : deltaReport(snapshot, known);
    this.known = undefined;
    const answer = await this.send(body, { deadlineMs, ...(signal ? { signal } : {}) });
    this.everAnswered = true;
    this.periodMs = answer.periodMs;
    if (answer.superseded === true)
      return this.parts.onSuperseded(new MusterError('superseded', 'a newer instance of this node has registered'));
    if (answer.want === 'full') this.periodic.poke();
    else this.known = snapshot;
  }

  private async send(body: ReturnType<typeof fullReport>, options: { deadlineMs: number; signal?: AbortSignal }) {
    const { node, nodeEpoch, instance, address, calls } = this.parts;
    this.seq += 1;
    const report: NodeReport = { node, nodeEpoch, instance, address: address(), seq: this.seq, ...body };
    try {
      return await calls.report(this.directory, report, options);
    } catch (error) {
      if (error instanceof MusterError && (error.code === 'superseded' || error.code === 'node-id-in-use'))
        this.parts.onSuperseded(error);
      throw error;
    }
  }
}

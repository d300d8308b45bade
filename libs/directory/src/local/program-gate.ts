import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartOnNode, WorkloadId } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import type { Forwarder } from './forwarder.js';
import type { Ports } from './port-pool.js';
import type { ProgramProbe } from './program-probe.js';

/** A program that cannot register: where it listens on this node, how it is probed, and what its callers must show. */
export interface GatedProgram {
  id: WorkloadId;
  /** Its host is absent while its own address is not known. */
  target: { host?: string; port: number };
  probe: NonNullable<StartOnNode['probe']>;
  acceptToken: string;
  /** Of the forwarder: the same again after our restart. */
  port: number;
}

export interface ProgramGateParts {
  /** For what must be known again after our restart; holds secrets, so only we may read it. */
  folder: string;
  advertiseHost: string;
  ports: Ports;
  probe: ProgramProbe;
  /** Whether we look ourselves if programs answer; else `answers` is called. */
  looks: boolean;
  openForwarder: (program: GatedProgram) => Promise<Forwarder>;
  clock: Clock;
  onAnswering: (id: WorkloadId, address: string) => void;
  onError: (error: unknown) => void;
}

/** The forwarder is absent while somebody else has its port. */
interface Gate {
  forwarder?: Forwarder;
  readonly program: GatedProgram;
  readonly ending: AbortController;
}

const probeEveryMs = 250;
const openEveryMs = 1000;

/**
 * Stands in for programs that do not speak our protocol: opens a forwarder before they start, probes them until they
 * answer, and says so. Everything goes with the end of the program.
 */
export class ProgramGate {
  private readonly open = new Map<WorkloadId, Gate>();

  constructor(private readonly parts: ProgramGateParts) {}

  /** Opens the forwarder; the address others use. Twice is once. */
  async prepare(program: Omit<GatedProgram, 'port'>): Promise<string | undefined> {
    const known = this.open.get(program.id);
    if (known !== undefined) return this.addressOf(known.program.port);
    const [port] = (await this.parts.ports.take(1)) ?? [];
    if (port === undefined) return undefined;
    const whole = { ...program, port };
    const gate = this.gateFor(whole);
    try {
      await mkdir(this.parts.folder, { recursive: true, mode: 0o700 });
      await this.remember(whole);
      await this.openForwarder(whole, gate);
    } catch (error) {
      await this.end(program.id);
      throw error;
    }
    return this.addressOf(port);
  }

  /** It has started, and this is its own address. */
  async locate(id: WorkloadId, host: string): Promise<void> {
    const program = this.open.get(id)?.program;
    if (program === undefined || program.target.host === host) return;
    program.target.host = host;
    await this.remember(program);
  }

  /** Who looks for us says that it answers. */
  answers(id: WorkloadId): void {
    const gate = this.open.get(id);
    if (gate !== undefined) this.parts.onAnswering(id, this.addressOf(gate.program.port));
  }

  /** Begins to probe a program that was prepared and has started. */
  watch(id: WorkloadId, probe: () => Promise<boolean>): void {
    const gate = this.open.get(id);
    if (gate !== undefined) void this.untilAnswering(id, gate, probe);
  }

  /** What is probed and forwarded for `program`. */
  probeOf({ target, probe }: Pick<GatedProgram, 'target' | 'probe'>): () => Promise<boolean> {
    return async () => isLocated(target) && this.parts.probe.answers(target, probe);
  }

  /** After our restart: forwards again to those that still run, forgets the others. */
  async adopt(isRunning: (id: WorkloadId) => boolean): Promise<void> {
    for (const program of await this.remembered()) {
      if (!isRunning(program.id)) {
        await rm(this.fileOf(program.id), { force: true });
        continue;
      }
      this.parts.ports.hold([program.port]);
      await this.openAgain(program, this.gateFor(program));
    }
  }

  /** Whether it stands in for this workload. */
  guards(id: WorkloadId): boolean {
    return this.open.has(id);
  }

  async end(id: WorkloadId): Promise<void> {
    const gate = this.open.get(id);
    if (gate === undefined) return;
    this.open.delete(id);
    gate.ending.abort();
    await gate.forwarder?.close();
    this.parts.ports.give([gate.program.port]);
    await rm(this.fileOf(id), { force: true });
  }

  /** Our own end: lets go of everything, remembers it for the next start. */
  async close(): Promise<void> {
    const gates = [...this.open.values()];
    this.open.clear();
    for (const { forwarder, ending } of gates) {
      ending.abort();
      await forwarder?.close();
    }
  }

  private gateFor(program: GatedProgram): Gate {
    const gate = { program, ending: new AbortController() };
    this.open.set(program.id, gate);
    return gate;
  }

  private async openForwarder(program: GatedProgram, gate: Gate): Promise<void> {
    gate.forwarder = await this.parts.openForwarder(program);
    if (gate.ending.signal.aborted) await gate.forwarder.close();
  }

  /** Its address is known to others: where somebody else has the port now, it is tried until it is free. */
  private async openAgain(program: GatedProgram, gate: Gate): Promise<void> {
    const { signal } = gate.ending;
    try {
      await this.openForwarder(program, gate);
      if (!signal.aborted && this.parts.looks) this.watch(program.id, this.probeOf(program));
    } catch (error) {
      this.parts.onError(error);
      const again = (): void => void this.openAgain(program, gate);
      signal.addEventListener('abort', this.parts.clock.after(openEveryMs, again), { once: true });
    }
  }

  private async untilAnswering(id: WorkloadId, gate: Gate, probe: () => Promise<boolean>): Promise<void> {
    const { signal } = gate.ending;
    while (!signal.aborted) {
      if (await probe()) {
        if (!signal.aborted) this.parts.onAnswering(id, this.addressOf(gate.program.port));
        return;
      }
      await this.parts.clock.sleep(probeEveryMs, signal).catch(() => undefined);
    }
  }

  private addressOf(port: number): string {
    const { advertiseHost } = this.parts;
    return `http://${advertiseHost.includes(':') ? `[${advertiseHost}]` : advertiseHost}:${port}`;
  }

  private async remember(program: GatedProgram): Promise<void> {
    await writeFile(this.fileOf(program.id), JSON.stringify(program), { mode: 0o600 });
  }

  private fileOf(id: WorkloadId): string {
    return join(this.parts.folder, `${id}.json`);
  }

  private async remembered(): Promise<GatedProgram[]> {
    const names = await readdir(this.parts.folder).catch(() => []);
    const read = names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => {
        try {
          return [JSON.parse(await readFile(join(this.parts.folder, name), 'utf8')) as GatedProgram];
        } catch {
          // Half-written when we were killed: its program was never started.
          return [];
        }
      });
    return (await Promise.all(read)).flat();
  }
}

function isLocated(target: GatedProgram['target']): target is { host: string; port: number } {
  return target.host !== undefined;
}

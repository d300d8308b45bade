import { setTimeout as pause } from 'node:timers/promises';
import type { WorkloadId } from '@muster/contracts';
import type { LogLine } from '../../contract/logs.js';
import { LineSplitter } from '../line-splitter.js';
import type { V1Pod } from './kubernetes-api.js';
import type { PodCalls } from './pod-calls.js';
import { nameOf, uidOf } from './pod-names.js';

const tailBytes = 4096;
const tailLinesRead = 200;
const capturedBytes = 64 * 1024;
const capturedLines = 1000;
/** How long a stop waits for the output to come, before it goes on without. */
const openWithinMs = 1000;
/** How long the end of a workload waits for the rest of its output. */
const restWithinMs = 5000;

interface Kept {
  readonly uid: string;
  readonly abort: AbortController;
  readonly output: Promise<Buffer>;
}

/** The last output of workloads that have ended: asked for while their pod is there, since it goes with the pod. */
export class LastOutputs {
  private readonly kept = new Map<WorkloadId, Kept>();

  constructor(private readonly calls: Pick<PodCalls, 'logs'>) {}

  /** Begins to keep what a pod prints until its end. Resolves when it is being listened to, or cannot be. */
  async capture(id: WorkloadId, pod: V1Pod): Promise<void> {
    if (this.keptOf(id, pod) !== undefined) return;
    const abort = new AbortController();
    const query = { follow: true, tailLines: capturedLines };
    const opened = this.calls.logs(nameOf(pod), query, abort.signal);
    const output = opened.then((stream) => lastBytes(stream, capturedBytes)).catch(() => Buffer.alloc(0));
    this.kept.set(id, { uid: uidOf(pod), abort, output });
    await Promise.race([opened.catch(() => {}), pause(openWithinMs, undefined, { ref: false })]);
  }

  /** The last bytes that a pod printed which has ended. What cannot be read is empty: how it ended is told all the same. */
  async tailOf(id: WorkloadId, pod: V1Pod): Promise<string> {
    const kept = this.keptOf(id, pod) ?? this.ask(id, pod);
    const late = setTimeout(() => kept.abort.abort(), restWithinMs).unref();
    const output = await kept.output;
    clearTimeout(late);
    return output.subarray(-tailBytes).toString('utf8');
  }

  /** Of a workload whose pod is gone. */
  async linesOf(id: WorkloadId, tailLines = capturedBytes): Promise<LogLine[]> {
    const output = (await this.kept.get(id)?.output) ?? Buffer.alloc(0);
    const splitter = new LineSplitter('stdout');
    const lines = [...splitter.add(wholeLines(output)), ...splitter.end()];
    return lines.slice(Math.max(0, lines.length - tailLines));
  }

  forget(id: WorkloadId | undefined): void {
    if (id === undefined) return;
    this.kept.get(id)?.abort.abort();
    this.kept.delete(id);
  }

  close(): void {
    for (const id of this.kept.keys()) this.forget(id);
  }

  private keptOf(id: WorkloadId, pod: V1Pod): Kept | undefined {
    const kept = this.kept.get(id);
    return kept?.uid === uidOf(pod) ? kept : undefined;
  }

  private ask(id: WorkloadId, pod: V1Pod): Kept {
    const abort = new AbortController();
    const output = this.calls
      .logs(nameOf(pod), { follow: false, tailLines: tailLinesRead }, abort.signal)
      .then((stream) => lastBytes(stream, tailBytes))
      .catch(() => Buffer.alloc(0));
    const kept = { uid: uidOf(pod), abort, output };
    this.kept.set(id, kept);
    return kept;
  }
}

/** The end of a stream, also of one that breaks off. */
async function lastBytes(stream: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  let pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      pieces.push(piece);
      length += piece.length;
      if (length < 2 * most) continue;
      pieces = [Buffer.concat(pieces).subarray(-most)];
      length = most;
    }
  } catch {
    // What came before is what there is.
  }
  return Buffer.from(Buffer.concat(pieces).subarray(-most));
}

/** A first line that was cut is left out. */
function wholeLines(output: Buffer): Buffer {
  return output.length < capturedBytes ? output : output.subarray(output.indexOf('\n') + 1);
}

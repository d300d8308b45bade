import type { WorkloadId } from '@muster/contracts';
import type { LogLine, LogOptions } from '../../contract/logs.js';
import type { KeeperConnection } from './keeper-connection.js';
import type { OutputReply } from './keeper/protocol.js';
import { PieceReader } from './log-lines.js';

/** Reads a workload's output piece by piece, by position, so that nothing is missed or repeated between two questions. */
export async function* readLogs(
  keeper: Pick<KeeperConnection, 'call'>,
  id: WorkloadId,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const stdout = new PieceReader('stdout');
  const stderr = new PieceReader('stderr');
  const ask = async (wait: boolean): Promise<{ lines: LogLine[]; reply: OutputReply }> => {
    const reply = await keeper.call('output', { id, from: { stdout: stdout.position, stderr: stderr.position }, wait });
    return { lines: [...stdout.push(reply.stdout), ...stderr.push(reply.stderr)], reply };
  };
  const last: LogLine[] = [];
  let following = options.tailLines === undefined;
  while (!signal.aborted) {
    const { lines, reply } = await ask(following && options.follow);
    const isCaughtUp = reply.complete || (reply.stdout.bytes === 0 && reply.stderr.bytes === 0);
    const isOver = reply.complete || (isCaughtUp && !options.follow);
    if (isOver) lines.push(...stdout.end(), ...stderr.end());
    if (following) yield* lines;
    else last.splice(0, last.length, ...newest([...last, ...lines], options.tailLines ?? 0));
    if (isCaughtUp && !following) {
      yield* last.splice(0);
      following = true;
    }
    if (isOver) return;
  }
}

function newest(lines: LogLine[], count: number): LogLine[] {
  return lines.slice(Math.max(0, lines.length - count));
}

import { readdirSync, readFileSync } from 'node:fs';

/** Of the times in /proc, on every Linux that Node runs on. */
const ticksPerSecond = 100;
/** Where they stand in what `statOf` answers. */
const [userTicks, systemTicks] = [11, 12];

/** What Linux says of a process; elsewhere nothing is measured. */
export const canLookAtProcesses = process.platform === 'linux';

/** Resident bytes of these processes together. What they share is counted for each. */
export function residentBytes(...pids: number[]): number {
  return pids.reduce((sum, pid) => sum + 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(read(pid, 'status'))?.[1] ?? 0), 0);
}

/** Processor time of these processes together, since each began. */
export function cpuSeconds(...pids: number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = statOf(pid);
    return sum + (Number(fields[userTicks] ?? 0) + Number(fields[systemTicks] ?? 0)) / ticksPerSecond;
  }, 0);
}

/** What a process holds open: files, sockets, pipes. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Living processes that it started, and those that they started. */
export function descendantsOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), statOf(Number(name))] as const)
    .filter(([, fields]) => fields.length > 0 && fields[0] !== 'Z');
  const below = (parent: number): number[] =>
    parents.filter(([, fields]) => Number(fields[1]) === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

/** State, parent and all that follows: the name before them may contain anything. */
function statOf(pid: number): string[] {
  const text = read(pid, 'stat');
  return text === '' ? [] : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Pids of the keeper and of the workloads of a state directory: what works in it or was started with its name. */
export function processesUnder(stateDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => belongs(pid, stateDir))
    .map(Number);
}

function belongs(pid: string, stateDir: string): boolean {
  try {
    const places = ['cwd', 'fd/1'].map((link) => readlinkSync(`/proc/${pid}/${link}`));
    return [...places, readFileSync(`/proc/${pid}/cmdline`, 'utf8')].some((text) => text.includes(stateDir));
  } catch {
    return false;
  }
}

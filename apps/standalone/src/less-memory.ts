/**
 * A third of what a waiting system would hold is garbage of its start, since Node lets its young generation grow to 48 MB and the C
 * library gives back little of what it has freed. Nor does V8 give back what its old generation had once: where much happens at once
 * it lets that grow fourfold before it collects, and a system in which 500 sessions were opened would keep 100 MB of it for ever. All
 * three are told at the start of a process or not at all.
 */
const flags = ['--max-semi-space-size=4', '--heap-growing-percent=20'];
const settings = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_TOP_PAD_: '65536' };

/**
 * Begins this very process anew with these settings, under the same id. Not where they are made already, by us or by the operator;
 * not in a child that speaks to its parent over a channel, which would be lost; and not on systems that cannot do that.
 */
export function takeLessMemory(environment: NodeJS.ProcessEnv): void {
  const isSet = Object.keys(settings).some((name) => environment[name] !== undefined);
  if (isSet || process.connected || process.platform === 'win32' || process.execve === undefined) return;
  const args = [process.argv0, ...process.execArgv, ...flags, ...process.argv.slice(1)];
  process.execve(process.execPath, args, { ...environment, ...settings });
}

/** What a probe, the workload of the conformance suite, does. Each prints `ready` when it has come so far. */
export type ProbeBehaviour =
  /** Runs until SIGTERM, then exits 0. */
  | { readonly do: 'wait' }
  | { readonly do: 'ignore-term' }
  | { readonly do: 'exit'; readonly code: number; readonly stdout?: string; readonly stderr?: string }
  /** Ends itself by SIGKILL. */
  | { readonly do: 'die' }
  /** Prints its environment as one line of JSON and exits 0. */
  | { readonly do: 'print-environment' }
  /** Prints that many lines of 100 bytes on standard output, then runs until SIGTERM. */
  | { readonly do: 'flood'; readonly lines: number }
  /**
   * Listens, after that time, at all addresses on that port, else on its last argument (`$PORT`), prints `listening on <port>`, runs
   * until SIGTERM.
   */
  | { readonly do: 'listen'; readonly port?: number; readonly afterMs?: number }
  /** Starts a child that ignores SIGTERM, prints `child <pid>`, runs until SIGTERM. */
  | { readonly do: 'fork' }
  | { readonly do: 'eat-memory' }
  /** Tries each, prints its outcome as one line, a word or the code of the error, and exits 0. */
  | { readonly do: 'try'; readonly steps: readonly ProbeStep[] };

export type ProbeStep =
  /** Prints the file's text. */
  | { readonly read: string }
  /** Writes so many bytes into a new file; prints `written`. */
  | { readonly write: string; readonly bytes: number }
  /** Starts so many processes at once, and ends them; prints how many there were. */
  | { readonly processes: number };

/** The command of a probe, for back ends whose workloads have Node. */
export function probeCommand(behaviour: ProbeBehaviour, node = 'node'): string[] {
  return [
    node,
    '-e',
    probeSource,
    JSON.stringify(behaviour),
    ...(behaviour.do === 'listen' && behaviour.port === undefined ? ['$PORT'] : []),
  ];
}

const probeSource = String.raw`
const [behaviour, port] = process.argv.slice(1);
const { do: what, code, stdout, stderr, lines, port: ownPort, afterMs, steps } = JSON.parse(behaviour);
const say = (text) => require('node:fs').writeSync(1, text + '\n');
const wait = () => { process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1e6); say('ready'); };
const outcome = async ({ read, write, bytes, processes }) => {
  const fs = require('node:fs');
  if (read) return fs.readFileSync(read, 'utf8');
  if (write) { fs.writeFileSync(write, Buffer.alloc(bytes, 1)); return 'written'; }
  const { spawn } = require('node:child_process');
  const children = [];
  for (let i = 0; i < processes; i += 1) {
    try {
      const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' });
      child.on('error', () => {});
      if (child.pid) children.push(child);
    } catch { break; }
  }
  for (const child of children) child.kill('SIGKILL');
  return children.length;
};
const verbs = {
  wait,
  'ignore-term': () => { process.on('SIGTERM', () => say('ignored')); setInterval(() => {}, 1e6); say('ready'); },
  exit: () => {
    if (stdout) require('node:fs').writeSync(1, stdout);
    if (stderr) require('node:fs').writeSync(2, stderr);
    process.exit(code);
  },
  die: () => process.kill(process.pid, 'SIGKILL'),
  'print-environment': () => say(JSON.stringify(process.env)),
  flood: () => {
    for (let i = 0; i < lines; i += 1) say(String(i).padStart(99, '.'));
    wait();
  },
  listen: () => {
    const at = Number(ownPort ?? port);
    const server = require('node:net').createServer((socket) => socket.end());
    setTimeout(() => server.listen(at, '0.0.0.0', () => { say('listening on ' + at); wait(); }), afterMs ?? 0);
  },
  fork: () => {
    const child = require('node:child_process').spawn(process.execPath,
      ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); process.send("up")'], { stdio: ['ignore', 1, 2, 'ipc'] });
    child.on('message', () => { say('child ' + child.pid); wait(); });
  },
  'eat-memory': () => { const held = []; for (;;) held.push(Buffer.alloc(16e6, 1)); },
  try: async () => {
    for (const step of steps) {
      try { say(await outcome(step)); } catch (error) { say(error.code ?? String(error)); }
    }
  },
};
verbs[what]();
`;

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
  /** Listens on the port of its last argument (`$PORT`), prints `listening on <port>`, runs until SIGTERM. */
  | { readonly do: 'listen' }
  /** Starts a child that ignores SIGTERM, prints `child <pid>`, runs until SIGTERM. */
  | { readonly do: 'fork' }
  | { readonly do: 'eat-memory' };

/** The command of a probe, for back ends whose workloads have Node. */
export function probeCommand(behaviour: ProbeBehaviour, node = 'node'): string[] {
  return [node, '-e', probeSource, JSON.stringify(behaviour), ...(behaviour.do === 'listen' ? ['$PORT'] : [])];
}

const probeSource = String.raw`
const [behaviour, port] = process.argv.slice(1);
const { do: what, code, stdout, stderr, lines } = JSON.parse(behaviour);
const say = (text) => require('node:fs').writeSync(1, text + '\n');
const wait = () => { process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1e6); say('ready'); };
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
  listen: () => require('node:net').createServer().listen(Number(port), '127.0.0.1', () => { say('listening on ' + port); wait(); }),
  fork: () => {
    const child = require('node:child_process').spawn(process.execPath,
      ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); process.send("up")'], { stdio: ['ignore', 1, 2, 'ipc'] });
    child.on('message', () => { say('child ' + child.pid); wait(); });
  },
  'eat-memory': () => { const held = []; for (;;) held.push(Buffer.alloc(16e6, 1)); },
};
verbs[what]();
`;

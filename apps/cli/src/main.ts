#!/usr/bin/env node
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Older ones have no WebSocket. */
const leastNode = 22;

const nodeVersion = process.versions.node;
if (Number.parseInt(nodeVersion, 10) < leastNode) {
  process.stderr.write(
    `error: muster needs Node ${leastNode} or later, this is ${nodeVersion}\n  fix: in the repository \`npx muster\` uses the Node that comes with it\n`,
  );
  process.exit(1);
}
// After the check: an older Node would stumble over what these load.
const [{ runCli }, { NodeTerminal }] = await Promise.all([import('./run-cli.js'), import('./output/node-terminal.js')]);

// Who closes the pipe early, as `head` does, has seen enough.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const exitCode = await runCli(process.argv.slice(2), {
  terminal: new NodeTerminal({ input: process.stdin, output: process.stdout, errors: process.stderr }, process.env),
  environment: process.env,
  programs: dirname(fileURLToPath(import.meta.url)),
  nodeVersion,
  clock: { nowMs: () => Date.now() },
  fetch: globalThis.fetch,
  onInterrupt: (handler) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, handler);
    return () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, handler);
    };
  },
});

// Input that nobody reads any more would keep the process alive.
for (const stream of [process.stdout, process.stderr])
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
process.exit(exitCode);

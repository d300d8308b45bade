import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runDemo } from './run-demo.js';
import { startSystem } from './system.js';
import { say } from './say.js';

const programs = dirname(fileURLToPath(import.meta.url));
const output = resolve('demo-output');
await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });

const system = await startSystem(programs, output);
let failure: Error | undefined;
try {
  await runDemo({
    system,
    output,
    input: process.argv[2] ?? join(programs, '../workers/field-model/examples/coaxial-cable.json'),
  });
} catch (error) {
  failure = error instanceof Error ? error : new Error('something that is no error was thrown', { cause: error });
} finally {
  await system.stop();
}
if (failure === undefined) say('stopped', 'every service and worker has ended');
else process.stderr.write(`\nThe demo failed: ${failure.message}\nThe log is in ${join(output, 'muster.log')}\n`);
process.exit(failure === undefined ? 0 : 1);

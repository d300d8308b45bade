// Builds what is missing, then runs a program of dist/ in this very process: `node scripts/run.mjs standalone [arguments]`.
// (npm's pre-scripts are off together with the install scripts of dependencies, and one process gets its signals for sure.)
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const [program, ...rest] = process.argv.slice(2);
const built = spawnSync(process.execPath, ['scripts/build.mjs', '--if-needed'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (built.status !== 0) process.exit(built.status ?? 1);
const file = `${process.cwd()}/dist/${program}.js`;
process.argv = [process.execPath, file, ...rest];
await import(pathToFileURL(file).href);

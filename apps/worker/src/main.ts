import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createLog,
  EnvironmentError,
  exitCodes,
  isWorkerDefinition,
  readEnvironment,
  runWorker,
  type WorkerDefinition,
  type WorkerEnvironment,
} from '@muster/worker-sdk';
import { becomeWorker } from './spare.js';

/**
 * The worker host: `worker.js <module file>` runs the module's default export (made by defineWorker) as a worker; `worker.js --spare`
 * waits until it is told which module, and with which environment.
 */
class WrongModule extends Error {
  readonly code = 'wrong-module';

  constructor(message: string) {
    super(message);
    // Where we found it says nothing to its author, and the user of a session sees the last words of its workers.
    delete this.stack;
  }
}

async function load(file: string | undefined): Promise<WorkerDefinition> {
  if (file === undefined) throw new WrongModule('usage: worker.js <module file>');
  if (!existsSync(file))
    throw new WrongModule(
      `there is no ${file}; correct run.process.module of the worker type, or npm run build makes it`,
    );
  const module = (await import(pathToFileURL(resolve(file)).href)) as { default?: unknown };
  if (!isWorkerDefinition(module.default)) throw new WrongModule(`${file} has no default export made by defineWorker`);
  return module.default;
}

function environmentOrExit(): WorkerEnvironment {
  try {
    return readEnvironment();
  } catch (error) {
    const problems = error instanceof EnvironmentError ? error.problems : [String(error)];
    createLog((line) => void process.stdout.write(line), {}).error('the environment is wrong', { problems });
    process.exit(exitCodes.configuration);
  }
}

const [, , word] = process.argv;
const module = word === '--spare' ? await becomeWorker(process) : word;
const worker = await runWorker(load(module), environmentOrExit());
process.once('SIGTERM', () => worker.stop('SIGTERM'));
process.once('SIGINT', () => worker.stop('SIGINT'));
process.exit(await worker.ended);

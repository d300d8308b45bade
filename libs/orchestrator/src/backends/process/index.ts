import { fileURLToPath } from 'node:url';
import { readDeclaredNode } from '../declared-node.js';
import { KeeperApi } from './keeper-api.js';
import { prepareKeeperPlace } from './keeper-place.js';
import { defaultEndedKept, type ProcessBackendOptions } from './options.js';
import { ProcessBackend } from './process-backend.js';

const defaultIdleExitMs = 60_000;
const usedUpKept = 10_000;
const noSpares = { least: 0, most: 0 };

/** Opens the back end; its keeper is reached, or started, with the first question. */
export async function openProcessBackend(options: ProcessBackendOptions): Promise<ProcessBackend> {
  const place = prepareKeeperPlace(options.stateDir);
  const declared = options.nodeFile === undefined ? {} : await readDeclaredNode(options.nodeFile);
  const settings = {
    ...place,
    idleExitMs: options.keeperIdleExitMs ?? defaultIdleExitMs,
    endedKept: options.endedKept ?? defaultEndedKept,
    usedUpKept,
    spares: process.platform === 'win32' ? noSpares : (options.spares ?? noSpares),
  };
  const host = {
    platform: process.platform,
    nodePath: process.execPath,
    workerHostFile: options.workerHostFile ?? besideUs('worker.js'),
    defaultPath: options.defaultPath,
  };
  const keeper = new KeeperApi(settings, options.keeperFile ?? besideUs('keeper.js'));
  return new ProcessBackend(options, declared, host, keeper);
}

/** Forked programs are bundled as entries of their own, in the folder of the bundle that runs. */
function besideUs(name: string): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}

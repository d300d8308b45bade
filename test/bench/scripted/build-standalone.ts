import { mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown, type RolldownOptions } from 'rolldown';

const root = resolve(import.meta.dirname, '../../..');
const processBackend = join(root, 'libs/orchestrator/src/backends/process/index.ts');
const scripted = join(import.meta.dirname, 'backend.ts');

/**
 * Bundles standalone as it is shipped, but for what runs its workers: that is scripted. Answers the program, in a fresh folder
 * where packages are found.
 */
export async function buildScriptedStandalone(): Promise<string> {
  const config = (await import(pathToFileURL(join(root, 'rolldown.config.mjs')).href)) as {
    default: RolldownOptions[];
  };
  const [shipped = {}] = config.default;
  const folder = await mkdtemp(join(root, 'node_modules/.cache/scripted-standalone-'));
  const bundle = await rolldown({
    ...shipped,
    input: {
      'sqlite-thread': './libs/store/src/sqlite/sqlite-thread.ts',
      standalone: './apps/standalone/src/main.ts',
    },
    plugins: [shipped.plugins, replacesProcessBackend],
    logLevel: 'warn',
  });
  await bundle.write({ format: 'esm', keepNames: true, dir: folder });
  await bundle.close();
  return join(folder, 'standalone.js');
}

const replacesProcessBackend = {
  name: 'scripted-process-backend',
  load: (id: string) =>
    id === processBackend ? `export { openProcessBackend } from ${JSON.stringify(scripted)};` : undefined,
};

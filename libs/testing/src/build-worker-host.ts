import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Bundles the worker host and one SDK module (TypeScript) into a fresh folder, for tests that run without a build. Answers the
 * arguments of Node: host and module. The folder is inside node_modules/.cache, where `ws` is found.
 */
export async function buildWorkerHost(moduleSource: string): Promise<[host: string, module: string]> {
  const folder = await mkdtemp(join(root, 'node_modules/.cache/worker-host-'));
  const source = join(folder, 'module.ts');
  await writeFile(source, moduleSource);
  const bundle = await rolldown({
    input: { worker: join(root, 'apps/worker/src/main.ts'), module: source },
    platform: 'node',
    tsconfig: join(root, 'tsconfig.json'),
    external: ['ws'],
    // The folder is under node_modules, where the path mapping of tsconfig does not reach.
    resolve: { alias: { '@muster/worker-sdk': join(root, 'libs/worker-sdk/src/index.ts') } },
  });
  await bundle.write({ dir: folder, format: 'esm', keepNames: true });
  await bundle.close();
  return [join(folder, 'worker.js'), join(folder, 'module.js')];
}
